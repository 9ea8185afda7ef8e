"""What measurements of pages begin with, and how they end."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path

from django.core.management import call_command

from tests.bench import progress


def prepare() -> None:
    """Migrate the database, load the reference data and collect the static files; does nothing a second time."""
    progress.say("Preparing the database and the static files …")
    call_command("migrate", verbosity=0)
    call_command("load_reference", verbosity=0, stdout=io.StringIO())
    call_command("collectstatic", verbosity=0, interactive=False)


def save(found: Mapping[str, object], path: Path) -> None:
    """Write what was found as JSON; what it cannot say is written as text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1, default=str) + "\n", encoding="utf-8")
