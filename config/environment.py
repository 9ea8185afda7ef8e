"""Reads the environment as django-environ does, and names the variable that is not what it should be."""

import os
from pathlib import Path
from typing import Any, Final

import environ
from django.core.exceptions import ImproperlyConfigured

#: Files with keys, as Compose gives them to a container: more programs see the environment of a process than its files.
KEY_FILES: Final = {
    "SECRET_KEY": os.environ.get("SECRET_KEY_FILE"),
    "IDENTITY_KEYS": os.environ.get("IDENTITY_KEYS_FILE"),
    "LOOKUP_KEY": os.environ.get("LOOKUP_KEY_FILE"),
    "HISTORY_KEYS": os.environ.get("HISTORY_KEYS_FILE"),
}


class Env(environ.Env):  # type: ignore[misc]  # django-environ is not typed
    """An environment whose numbers are numbers, or a sentence."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """Return what a variable or its file says, cast; raise ImproperlyConfigured where it cannot be."""
        if file := KEY_FILES.get(var):
            return _read(var, file)
        try:
            return super().get_value(var, *args, **kwargs)
        except ValueError:
            text = f"{var} is not a number, or not one of the right kind; docs/settings.md describes it."
            # Without the cause, which quotes the value.
            raise ImproperlyConfigured(text) from None


def _read(var: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError:
        text = f"{var}_FILE names a file that cannot be read."
        raise ImproperlyConfigured(text) from None
