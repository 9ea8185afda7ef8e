"""Reads the environment as django-environ does, and names the variable that is not what it should be."""

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured


class Env(environ.Env):  # type: ignore[misc]  # django-environ is not typed
    """An environment whose numbers are numbers, or a sentence."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """Return what a variable says, cast; raise ImproperlyConfigured where it cannot be."""
        try:
            return super().get_value(var, *args, **kwargs)
        except ValueError:
            text = f"{var} is not a number, or not one of the right kind; docs/settings.md describes it."
            # Without the cause, which quotes the value.
            raise ImproperlyConfigured(text) from None
