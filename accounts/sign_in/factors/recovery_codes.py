"""Recovery codes: numbered, shown once, accepted once each, stored as salted hashes.

A code begins with its number, so that only one hash is compared. The ten letters behind it have 49 random bits.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.db import transaction

from accounts.models import RecoveryCode, User
from kit.arabic import fold_digits

COUNT: Final = 8
#: Without letters and digits that look like others.
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
HALF: Final = 5
_TYPED: Final = re.compile(rf"([1-{COUNT}])([{ALPHABET}]{{{2 * HALF}}})")
_SEPARATORS: Final = re.compile(r"[\s\-\u2010-\u2015\u2212]+")


class RandomCodeHasher(Argon2PasswordHasher):
    """Argon2id at a small cost, 8 MB and some milliseconds: nobody guesses random letters as they guess passwords."""

    time_cost = 1
    memory_cost = 8 * 1024
    parallelism = 1


def new_codes() -> list[str]:
    """Return a new set of codes; ``store`` makes it the one that is accepted."""
    return [f"{number}-{_half()}-{_half()}" for number in range(1, COUNT + 1)]


def _half() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(HALF))


def store(user: User, codes: Sequence[str], *, at: datetime) -> None:
    """Replace the codes of ``user``; the old ones are accepted no more."""
    hasher = RandomCodeHasher()
    hashed = [
        RecoveryCode(user=user, number=number, digest=hasher.encode(secret, hasher.salt()), created_at=at)
        for number, secret in filter(None, map(_parsed, codes))
    ]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(hashed)


def looks_like_one(typed: str) -> bool:
    """Tell whether what was typed has the form of a recovery code."""
    return _parsed(typed) is not None


def use(user: User, typed: str, *, at: datetime) -> bool:
    """Tell whether ``typed`` is an unused code of ``user``, and use it up; of two at once one succeeds."""
    parsed = _parsed(typed)
    if parsed is None:
        return False
    number, secret = parsed
    unused = RecoveryCode.objects.filter(user=user, number=number, used_at=None)
    digest = unused.values_list("digest", flat=True).first()
    if digest is None or not check_password(secret, digest):
        return False
    return unused.filter(digest=digest).update(used_at=at) == 1


def left(user: User) -> int:
    """Return how many codes are left."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def _parsed(typed: str) -> tuple[int, str] | None:
    found = _TYPED.fullmatch(_SEPARATORS.sub("", fold_digits(typed)).lower())
    return (int(found[1]), found[2]) if found else None
