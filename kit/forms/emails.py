"""E-mail addresses."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _

from kit.forms.text import without_format_marks

LONGEST_EMAIL = 254


class EmailField(forms.EmailField):
    """An e-mail address, typed left to right."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST_EMAIL)
        kwargs.setdefault(
            "widget", forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "email", "spellcheck": "false"})
        )
        super().__init__(**kwargs)
        del self.widget.attrs["maxlength"]
        self.validators = []

    def to_python(self, value: Any) -> str:
        """Return the address in its plain form, or raise one sentence for whatever is wrong with it."""
        text = without_format_marks(super().to_python(value) or "")
        if text and not _is_address(text):
            raise ValidationError(_("Enter an e-mail address, such as name@example.com"), code="invalid")
        return text


# Not the mail server's own machine: whoever writes there has its users and its neighbours in mind.
_validate_address = EmailValidator(allowlist=[])


def _is_address(text: str) -> bool:
    try:
        _validate_address(text)
    except ValidationError:
        return False
    name, _at, host = text.rpartition("@")
    # Django lets four letters through that fold to "i", "k" and "s": no server takes them, and whatever is then held
    # against such an address would be held against another person's.
    if not name.isascii() or not _is_itself(host):
        return False
    # Brackets hold a machine's number, and a header could not hold what begins like an encoded word.
    return len(text) <= LONGEST_EMAIL and text.isprintable() and "[" not in text and "=?" not in text


def _is_itself(host: str) -> bool:
    """Tell whether a host is asked for as it is written: "ｈｏｍｅ.example" is home.example, counted as another one."""
    try:
        return host.isascii() or host.encode("idna").decode("idna") == host.lower()
    except UnicodeError:
        return False
