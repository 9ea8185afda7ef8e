"""What a page of the queue needs beside its cases, in one statement: filter choices, saved filters, absences."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F, IntegerField, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import get_language

from accounts.models import Absence, Membership, User
from accounts.roles import CMU, DESK, Authority
from agencies.models import Agency, Directorate, Governorate, Topic
from complaints.models import Label, SavedFilter

#: Labels offered; an agency that has more finds the others by their cases.
MOST_LABELS = 200


@dataclass(frozen=True)
class Option:
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
    ``sharing_agencies`` are the agencies with which the user shares labels and filters.
    """

    choices: Mapping[str, Sequence[Option]]
    absent_colleagues: frozenset[UUID] = frozenset()
    saved: Sequence[SavedFilterOption] = ()
    sharing_agencies: Sequence[Option] = field(default_factory=list)


def queue_options(user: User, *, at: datetime, agency: str = "") -> QueueOptions:
    """Return the options of the queue of ``user``.

    ``agency`` is the agency by which the unit filters: only then can it choose among officers and directorates.
    """
    authority, on = user.authority(at), timezone.localdate(at)
    desks = authority.agencies(DESK)
    chosen = {int(agency)} if authority.has(CMU) and agency.isdecimal() and len(agency) < len(str(2**63)) else desks
    sharing_agencies = desks | authority.agencies(CMU)
    parts = [
        *_national_options(),
        *_agency_options(chosen, on),
        *_personal_options(user, sharing_agencies, on),
        *([_rows(Agency.objects.complainable(on=on), "agency")] if authority.has(CMU) else []),
    ]
    return _assemble(parts[0].union(*parts[1:], all=True).order_by(), user, authority)


def _national_options() -> list[Any]:
    return [
        _rows(Topic.objects.filter(is_active=True), "topic", more="parent", position="position"),
        _rows(Governorate.objects.all(), "place", position="sort_order"),
    ]


def _agency_options(agencies: Collection[int], on: date) -> list[Any]:
    members = Membership.objects.active(on).filter(agency__in=agencies, role__in=DESK, user__is_active=True)
    return [
        _rows(Directorate.objects.filter(agency__in=agencies, is_active=True), "directorate"),
        _rows(User.objects.filter(pk__in=members.values("user")), "officer"),
    ]


def _personal_options(user: User, sharing_agencies: Collection[int], on: date) -> list[Any]:
    labels = Label.objects.filter(agency__in=sharing_agencies).order_by()
    absent = Absence.objects.on(on).filter(deputy=user).order_by()
    saved = SavedFilter.objects.filter(Q(owner=user) | Q(agency__in=sharing_agencies)).order_by()
    return [
        _select(labels, "label", key=F("name"), ar=F("name"), en=F("name")).distinct()[:MOST_LABELS],
        _select(absent, "absent", key=F("user"), ar=Value(""), en=Value("")),
        _select(
            saved, "saved", key=F("pk"), ar=F("name"), en=Cast("query", TextField()), more=F("agency"), owner=F("owner")
        ),
        _rows(Agency.objects.filter(pk__in=sharing_agencies), "sharing"),
    ]


def _rows(rows: QuerySet[Any], kind: str, *, more: str = "", position: str = "") -> Any:
    return _select(
        rows.order_by(),
        kind,
        key=F("pk"),
        ar=F("name_ar"),
        en=F("name_en"),
        more=F(more) if more else Value(""),
        position=F(position) if position else Value(0),
    )


def _select(  # noqa: PLR0913 - one argument a column
    rows: Any,
    kind: str,
    *,
    key: Any,
    ar: Any,
    en: Any,
    more: Any = Value(""),  # noqa: B008 - an expression, which is never changed
    owner: Any = Value(""),  # noqa: B008
    position: Any = Value(0),  # noqa: B008
) -> Any:
    def text(expression: Any) -> Cast:
        return Cast(expression, TextField())

    return rows.values_list(
        Value(kind, output_field=TextField()),
        text(key),
        text(ar),
        text(en),
        text(more),
        text(owner),
        Cast(position, IntegerField()),
    )


# ---- the rows of the statement as options ----

#: Columns: kind, key, Arabic name, English name, parent or agency, owner, position.
type OptionRow = tuple[str, str, str, str, str | None, str, int]


def _assemble(rows: Any, user: User, authority: Authority) -> QueueOptions:
    found: dict[str, list[OptionRow]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    plain = ("place", "directorate", "officer", "label", "agency")
    choices = {kind: _options(found[kind]) for kind in plain if kind != "agency" or authority.has(CMU)}
    saved = sorted((_saved(row, user) for row in found["saved"]), key=lambda saved_filter: saved_filter.name)
    return QueueOptions(
        choices={**choices, "topic": _topics(found["topic"])},
        absent_colleagues=frozenset(UUID(row[1]) for row in found["absent"]),
        saved=saved,
        sharing_agencies=_options(found["sharing"]),
    )


def _options(rows: Sequence[OptionRow]) -> list[Option]:
    options = sorted((row[6], _name(row), row[1]) for row in rows)
    return [Option(key, name) for _position, name, key in options]


def _topics(rows: Sequence[OptionRow]) -> list[Option]:
    """Return the topics below their groups, each group itself first: choosing it chooses all its topics."""
    groups = {row[1]: row for row in sorted(rows, key=lambda row: row[6]) if not row[4]}
    below: dict[str, list[OptionRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row[6]):
        if row[4] in groups:
            below[row[4]].append(row)
    return [Option(row[1], _name(row), _name(group)) for key, group in groups.items() for row in (group, *below[key])]


def _saved(row: OptionRow, user: User) -> SavedFilterOption:
    _kind, key, name, query, agency, owner, _position = row
    read = json.loads(query)
    known = read if isinstance(read, dict) else {}
    return SavedFilterOption(
        key=int(key),
        name=name,
        agency=int(agency) if agency else None,
        is_own=UUID(owner) == user.pk,
        query={str(part): str(value) for part, value in known.items()},
    )


def _name(row: OptionRow) -> str:
    return next(filter(None, (row[3], row[2]) if get_language() == "en" else (row[2], row[3])), "")
