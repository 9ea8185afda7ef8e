"""Passwords."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import ngettext

from kit.forms.text import safe_text

LONGEST_PASSWORD = 128


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
            sentence = ngettext(
                "The password may have %(limit)s character at most",
                "The password may have %(limit)s characters at most",
                LONGEST_PASSWORD,
            )
            raise ValidationError(sentence % {"limit": LONGEST_PASSWORD}, code="max_length")
        return safe_text(text)
