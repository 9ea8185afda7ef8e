"""``manage.py figures_document``: writes ``docs/figures.md`` from the measures."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from reports.figures.measures import markdown


class Command(BaseCommand):
    """Write the document of the measures."""

    help = "Writes docs/figures.md from the definitions of the measures."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write the file."""
        Path(settings.BASE_DIR, "docs", "figures.md").write_text(markdown(), encoding="utf-8")
