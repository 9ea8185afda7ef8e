"""The command that writes docs/lifecycle.md."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from complaints.lifecycle import document


class Command(BaseCommand):
    """Write the life of a case into the documents."""

    help = "Write docs/lifecycle.md from complaints/workflow/actions.py."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write the file."""
        (settings.BASE_DIR / "docs" / "lifecycle.md").write_text(document(), encoding="utf-8")
        self.stdout.write("docs/lifecycle.md written.")
