"""Hashing passwords: a few at once, each costs 100 MB; and one hash for all who share a national number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, identify_hasher, make_password
from django.utils.crypto import constant_time_compare

from accounts import rate_limits
from accounts.models import User
from kit.crypto import lookups
from kit.slots import NoSlot, Slots

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
