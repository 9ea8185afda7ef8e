"""Rules for a new password, beyond the validators of the settings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.sign_in.passwords import name_spellings
from accounts.sign_in.passwords.service_words import service_words
from kit.arabic import fold

FEWEST_LETTERS: Final = 5
# What people add to a short word to make it long enough.
PADDING: Final = "0123456789!@#$%^&*()_+-=.,? "
SHORTEST_WORD: Final = 9
SHORTEST_NAME: Final = 3


@dataclass(frozen=True)
class PasswordOwner:
    """The personal data of its owner that a password may not be made of."""

    number: str = ""
    first_name: str = ""
    family_name: str = ""
    email: str = ""

    def words(self) -> list[str]:
        """Return the words to look for, folded; very short ones occur in too many other words."""
        words = (self.number, self.first_name, self.family_name, self.email, self.email.partition("@")[0])
        return [fold(word) for word in words if len(word) >= SHORTEST_NAME]


def check(password: str, owner: PasswordOwner | None = None) -> None:
    """Raise ``ValidationError`` for a password that is too short or long, easy to guess, or about its owner."""
    validate_password(password)
    if _is_guessable(password) or _is_of_the_service(password):
        raise ValidationError(
            _("This password is easy to guess. Try three unrelated words"), code="password_too_common"
        )
    if owner is not None and _is_made_of(owner, password):
        raise ValidationError(
            _("This password is based on your name, number or e-mail. Try three unrelated words"),
            code="password_too_similar",
        )


def _is_guessable(password: str) -> bool:
    """Tell whether it is a few letters repeated, digits only, a sequence such as abcdef, or a padded short word."""
    return (
        len(set(password.lower())) < FEWEST_LETTERS
        or password.isdecimal()
        or _is_sequence(password)
        or len(password.strip(PADDING)) < SHORTEST_WORD
    )


def _is_sequence(password: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(password)}
    return len(steps) == 1


def _is_of_the_service(password: str) -> bool:
    """Tell whether little more than words of the service is in it: bekhedmatkom-2026."""
    whole = fold(password).replace(" ", "")
    rest = whole
    for word in service_words():
        rest = rest.replace(word, "")
    return rest != whole and len(rest.strip(PADDING)) < SHORTEST_WORD


def _is_made_of(owner: PasswordOwner, password: str) -> bool:
    """Tell whether little of it is left without the words of its owner, or it is the name in other letters."""
    rest = fold(password)
    for word in sorted(owner.words(), key=len, reverse=True):
        rest = rest.replace(word, "")
    if len(rest) < SHORTEST_WORD and rest != fold(password):
        return True
    return name_spellings.is_made_of(password, (owner.first_name, owner.family_name))
