"""What a new password must be, beyond the validators of the settings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

FEWEST_LETTERS: Final = 5
# What people put around the first word that comes to mind, to make it long enough.
PADDING: Final = "0123456789!@#$%^&*()_+-=.,? "
SHORTEST_WORD: Final = 9


@dataclass(frozen=True)
class Owner:
    """What a password may not resemble; the names are those Django's validator looks for."""

    username: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""


def check(password: str, owner: Owner | None = None) -> None:
    """Raise ``ValidationError`` for a password that is too short, too long, common or easy to guess."""
    if _is_guessable(password):
        raise ValidationError(_("This is easy to guess. Try three unrelated words"), code="password_too_common")
    validate_password(password, user=owner)  # type: ignore[arg-type] # it reads attributes only


def _is_guessable(password: str) -> bool:
    """Tell whether it is one letter over and over, digits alone, neighbours in a row, or a short word with padding."""
    long_enough = len(password) > SHORTEST_WORD
    return long_enough and (
        len(set(password.lower())) < FEWEST_LETTERS
        or password.isdecimal()
        or _is_row(password)
        or len(password.strip(PADDING)) < SHORTEST_WORD
    )


def _is_row(password: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(password)}
    return len(steps) == 1
