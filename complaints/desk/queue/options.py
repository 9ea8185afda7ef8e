"""What a page of the queue needs beside its cases, in one statement: filter choices, saved filters, absences."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import User
from accounts.roles import CMU, DESK, Authority
from complaints.unsent_forms import store as unsent_forms
from kit.sent_numbers import sent_number
from kit.statements import Statement

#: Labels offered; an agency that has more finds the others by their cases.
MOST_LABELS = 200


class Option(NamedTuple):
    """One choice of a filter; ``group`` is the heading it stands under."""

    key: str
    name: str
    group: str = ""


@dataclass(frozen=True)
class SavedFilterOption:
    """One saved filter of the user; ``agency`` is set where it is shared."""

    key: int
    name: str
    agency: int | None
    is_own: bool
    query: Mapping[str, str]


@dataclass(frozen=True)
class QueueOptions:
    """What a page of the queue needs beside its cases.

    ``choices`` are those of each filter by its name; ``absent_colleagues`` are those whose deputy the user is today;
    ``sharing_agencies`` are the agencies with which the user shares labels and filters; ``has_unsent`` tells whether
    the user left a form unsent.
    """

    choices: Mapping[str, Sequence[Option]]
    absent_colleagues: frozenset[UUID] = frozenset()
    saved: Sequence[SavedFilterOption] = ()
    sharing_agencies: Sequence[Option] = field(default_factory=list)
    has_unsent: bool = False


class OptionRow(NamedTuple):
    """One row of the statement; ``more`` is a parent or an agency, None where there could be one and is none."""

    kind: str
    key: str
    name_ar: str
    name_en: str
    more: str | None
    owner: str
    position: int


_OPTIONS: Final = Statement(Path(__file__).with_name("options.sql"), OptionRow)


def queue_options(user: User, *, at: datetime, agency: str = "", wants_choices: bool = True) -> QueueOptions:
    """Return the options of the queue of ``user``, without its choices and its agencies unless it ``wants_choices``.

    ``agency`` is the agency by which the unit filters: only then can it choose among officers and directorates.
    """
    authority, desks = user.authority(at), user.authority(at).agencies(DESK)
    is_unit = authority.has(CMU)
    key = sent_number(agency)
    chosen = {key} if is_unit and key is not None else desks
    rows = _OPTIONS.prepared_rows(
        user=user.pk,
        on=timezone.localdate(at),
        is_unit=is_unit,
        agencies=sorted(chosen),
        sharing=sorted(desks | authority.agencies(CMU)),
        most_labels=MOST_LABELS,
        wants_choices=wants_choices,
        unsent_since=at - unsent_forms.LIFE,
    )
    return _assemble(rows, user, authority)


# ---- the rows of the statement as options ----


def _assemble(rows: Iterable[OptionRow], user: User, authority: Authority) -> QueueOptions:
    found: dict[str, list[OptionRow]] = defaultdict(list)
    for row in rows:
        found[row.kind].append(row)
    plain = ("place", "directorate", "officer", "label", "agency")
    language = get_language() or ""
    choices = {kind: _options(tuple(found[kind]), language) for kind in plain if kind != "agency" or authority.has(CMU)}
    saved = sorted((_saved(row, user) for row in found["saved"]), key=lambda saved_filter: saved_filter.name)
    return QueueOptions(
        choices={**choices, "topic": _topics(tuple(found["topic"]), language)},
        absent_colleagues=frozenset(UUID(row.key) for row in found["absent"]),
        saved=saved,
        sharing_agencies=_options(tuple(found["sharing"]), language),
        has_unsent="unsent" in found,
    )


@lru_cache(maxsize=128)
def _options(rows: Sequence[OptionRow], _language: str) -> Sequence[Option]:
    """Return the choices of a filter in their order; as ``_topics``."""
    options = sorted((row.position, _name(row), row.key) for row in rows)
    return tuple(Option(key, name) for _position, name, key in options)


@lru_cache(maxsize=4)
def _topics(rows: Sequence[OptionRow], _language: str) -> list[Option]:
    """Return the topics below their groups, each group itself first: choosing it chooses all its topics.

    They are read each time, so that a new one counts at once; the same rows give the same choices.
    """
    in_order = sorted(rows, key=attrgetter("position"))
    groups = {row.key: row for row in in_order if not row.more}
    below: dict[str, list[OptionRow]] = defaultdict(list)
    for row in in_order:
        if row.more in groups:
            below[row.more].append(row)
    return [Option(row.key, _name(row), _name(group)) for key, group in groups.items() for row in (group, *below[key])]


def _saved(row: OptionRow, user: User) -> SavedFilterOption:
    read = json.loads(row.name_en)
    known = read if isinstance(read, dict) else {}
    return SavedFilterOption(
        key=int(row.key),
        name=row.name_ar,
        agency=int(row.more) if row.more else None,
        is_own=UUID(row.owner) == user.pk,
        query={str(part): str(value) for part, value in known.items()},
    )


def _name(row: OptionRow) -> str:
    return next(filter(None, (row.name_en, row.name_ar) if get_language() == "en" else (row.name_ar, row.name_en)), "")
