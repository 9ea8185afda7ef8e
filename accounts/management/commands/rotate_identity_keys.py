"""Encrypts everything again with the first key of IDENTITY_KEYS; afterwards the older ones can be taken out."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.identity import key_rotation


class Command(BaseCommand):
    """Rotate table by table; stopping and starting again is harmless."""

    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print each table with the number of rows that changed."""
        for model in key_rotation.encrypted_models():
            changed = key_rotation.key_rotation_rotate(model)
            self.stdout.write(f"{model._meta.db_table}: {changed}")  # noqa: SLF001 - Django's public name
