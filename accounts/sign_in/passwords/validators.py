"""Django's password validators with our messages: the length, and the list of common passwords."""

from django.contrib.auth.password_validation import CommonPasswordValidator as DjangoCommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, ngettext

from kit.forms.passwords import LONGEST_PASSWORD, too_long_text


class LengthValidator:
    """Refuse a password that is too short to resist guessing, or so long that hashing becomes expensive."""

    def __init__(self, shortest: int = 12, longest: int = LONGEST_PASSWORD) -> None:
        self.shortest = shortest
        self.longest = longest

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002 - Django passes it
        """Raise unless the length lies between the two, both included."""
        if len(password) < self.shortest:
            raise ValidationError(self.get_help_text(), code="password_too_short")
        if len(password) > self.longest:
            raise ValidationError(too_long_text(self.longest), code="password_too_long")

    def get_help_text(self) -> str:
        """Return the message with the least length."""
        return ngettext(
            "The password must have at least %(count)d character",
            "The password must have at least %(count)d characters",
            self.shortest,
        ) % {"count": self.shortest}


class CommonPasswordValidator(DjangoCommonPasswordValidator):
    """Refuse the twenty thousand passwords that are tried first."""

    def get_error_message(self) -> str:
        """Return the message that says what to do instead."""
        return _("This password is easy to guess. Try three unrelated words")
