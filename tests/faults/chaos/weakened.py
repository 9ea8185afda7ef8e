"""The negative control: the same pages with two of their guarantees taken out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def weaken(marks: Path) -> None:
    """Owe the messages of a change after its commit, and take a file as stored however much of it the disk took."""
    from django.core.files.storage import FileSystemStorage
    from django.db import transaction

    from complaints.engine import transition
    from tests.faults.senders import _die_once

    owe, save = transition._owe, FileSystemStorage._save

    def owe_after_the_commit(tells: Sequence[Any], change: Any, event: Any) -> None:
        def later() -> None:
            _die_once(marks / f"between commit and message of {event.action}")
            with transaction.atomic():
                owe(tells, change, event)

        transaction.on_commit(later)

    def take_as_stored(storage: FileSystemStorage, name: str, content: Any) -> str:
        try:
            return save(storage, name, content)
        except OSError:
            return name

    transition._owe = owe_after_the_commit
    FileSystemStorage._save = take_as_stored
