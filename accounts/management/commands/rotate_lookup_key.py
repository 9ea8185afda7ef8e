"""Hashes everything again with LOOKUP_KEY; afterwards LOOKUP_KEY_FALLBACKS can be emptied."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.identity import key_rotation


class Command(BaseCommand):
    """Rotate table by table; stopping and starting again is harmless."""

    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print each table with the number of rows that changed."""
        for model in key_rotation.models_found_by_hash():
            changed = key_rotation.rotate(model)
            self.stdout.write(f"{model._meta.db_table}: {changed}")  # noqa: SLF001 - Django's public name
        self.stdout.write(f"addresses: {key_rotation.rotate_addresses()}")
