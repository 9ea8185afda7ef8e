"""Who is recused from a case, and which staff of its desk the name typed by the citizen matches."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils import timezone

from accounts.models import User, members_of
from accounts.roles import CMU, DESK, READERS
from agencies.models import Agency
from complaints.models import Case
from kit.arabic import fold, strip_prefixes

#: One word is not enough for a name: several people at a desk may share it.
FEWEST_WORDS: Final = 2
_WORD: Final = re.compile(r"\w+")
#: Compound names that are written as one word or as two.
_COMPOUND: Final = re.compile(r"\b(عبد|ابو|ام)\W+(?=\w)")
#: Titles and other words before or within a name that need not be part of it.
_BESIDE: Final = frozenset(
    strip_prefixes(
        "السيد السيدة الآنسة المهندس المهندسة الدكتور الدكتورة الأستاذ الأستاذة الموظف الموظفة بن ابن بنت"
    ).split()
) | {"mr", "mrs", "ms", "miss", "dr", "eng", "al", "el", "bin", "ibn"}


def name_words(name: str) -> frozenset[str]:
    """Return the words of ``name`` with folded letters, without articles, and compound names as one word."""
    return frozenset(_WORD.findall(strip_prefixes(_COMPOUND.sub(r"\1", fold(name)))))


def is_named(typed: str, user: User) -> bool:
    """Tell whether ``typed`` names ``user``: at least two words, all part of the name in one of its scripts."""
    wanted = name_words(typed)
    return any(_is_part(wanted, name_words(name)) for name in (user.name_ar, user.name_en))


def _is_part(wanted: frozenset[str], own: frozenset[str]) -> bool:
    return len(wanted & own) >= FEWEST_WORDS and wanted - own <= _BESIDE


def named_at(agency: Agency | None, typed: str, *, at: datetime) -> Sequence[User]:
    """Return the people of the desk and the escalation ladder of ``agency`` whom ``typed`` names at ``at``.

    One statement, none where nothing was typed that could be a name.
    """
    if agency is None or len(name_words(typed)) < FEWEST_WORDS:
        return []
    people = members_of(READERS, timezone.localdate(at), agencies=[agency.pk])
    return [user for user in people if is_named(typed, user)]


def recused_people(case: Case, user: User, *, at: datetime) -> Sequence[User]:
    """Return the people recused from ``case``, for its desk and the unit; no statement where nobody is."""
    authority = user.authority(at)
    if not case.recused or not (authority.has(CMU) or case.agency_id in authority.agencies(DESK)):
        return []
    return list(User.objects.filter(pk__in=case.recused).order_by("login"))
