"""The command that fills the reports of a demonstration."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from reports.demonstration.parts import make_parts


class Command(BaseCommand):
    """Make what the pages of reports show in a demonstration."""

    help = "Make the reports of the demonstration from its cases; makes each part once, refuses in production."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make what is missing, and say of each part how long it took."""
        make_parts(timezone.now(), step=self._step)

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        self.stdout.write(f"Loading demonstration {name} …", ending=" ")
        self.stdout.flush()
        began = time.monotonic()
        yield
        self.stdout.write(f"{time.monotonic() - began:.1f} s")
        self.stdout.flush()
