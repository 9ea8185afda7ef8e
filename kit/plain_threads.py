"""What Django notes for a request, its language, time zone and addresses, kept by thread."""

from __future__ import annotations

from threading import local
from typing import Final

from django.urls import base
from django.utils import timezone
from django.utils.translation import trans_real

#: The notes that a page asks for hundreds of times, by module and name.
_NOTES: Final = ((trans_real, "_active"), (timezone, "_active"), (base, "_urlconfs"))


def keep_by_thread() -> None:
    """Keep the notes of Django in plain locals of the thread, as long as nothing is noted yet.

    Django keeps them for each asynchronous task, which costs ten times as much, and most where there is no note.
    Nothing here is asynchronous, as ``tests/house/test_plain_threads.py`` holds.
    """
    for module, name in _NOTES:
        setattr(module, name, local())
