"""Passwords."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from kit.forms.text import safe_text

LONGEST_PASSWORD = 128


def too_long_text(longest: int) -> str:
    """Return the error for a password of more than ``longest`` characters."""
    sentence = ngettext(
        "The password can have at most %(limit)s character",
        "The password can have at most %(limit)s characters",
        longest,
    )
    return sentence % {"limit": longest}


class PasswordField(forms.CharField):
    """A password, kept exactly as typed and never written back into a page."""

    def __init__(self, *, new: bool = False, **kwargs: Any) -> None:
        attrs = {"dir": "ltr", "autocomplete": "new-password" if new else "current-password"}
        super().__init__(strip=False, widget=forms.PasswordInput(attrs=attrs), **kwargs)
        self.validators = []

    def to_python(self, value: Any) -> str:
        """Return the password; its length is bounded here, before anything hashes it."""
        text = super().to_python(value) or ""
        if len(text) > LONGEST_PASSWORD:
            raise ValidationError(too_long_text(LONGEST_PASSWORD), code="max_length")
        return safe_text(text)
