"""What lies around a queue: what it can be narrowed by, whom the person stands in for, and the saved filters."""

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
    """One thing to narrow a queue by; ``group`` is the heading it stands under."""

    key: str
    name: str
    group: str = ""


@dataclass(frozen=True)
class Saved:
    """One saved filter as the person sees it; ``agency`` is set where it is shared."""

    key: int
    name: str
    agency: int | None
    is_own: bool
    query: Mapping[str, str]


@dataclass(frozen=True)
class Surroundings:
    """Everything a page of the queue needs beside its cases, fetched in one statement."""

    options: Mapping[str, Sequence[Option]]
    covers: frozenset[UUID] = frozenset()
    saved: Sequence[Saved] = ()
    homes: Sequence[Option] = field(default_factory=list)

    def names(self, what: str) -> dict[str, str]:
        """Return the names of the options of one sort by their keys."""
        return {option.key: option.name for option in self.options.get(what, ())}


def fetch(user: User, *, at: datetime, agency: str = "") -> Surroundings:
    """Return what lies around the queue of ``user``.

    ``agency`` is the one to which the unit has narrowed it: only then it can choose among officers and directorates.
    """
    authority, on = user.authority(at), timezone.localdate(at)
    desks = authority.agencies(DESK)
    chosen = {int(agency)} if authority.has(CMU) and agency.isdecimal() and len(agency) < len(str(2**63)) else desks
    homes = desks | authority.agencies(CMU)
    parts = [
        *_of_the_country(),
        *_of_agencies(chosen, on),
        *_of_person(user, homes, on),
        *([_rows(Agency.objects.complainable(on=on), "agency")] if authority.has(CMU) else []),
    ]
    return _sorted_out(parts[0].union(*parts[1:], all=True).order_by(), user, authority)


def _of_the_country() -> list[Any]:
    return [
        _rows(Topic.objects.filter(is_active=True), "topic", more="parent", place="position"),
        _rows(Governorate.objects.all(), "place", place="sort_order"),
    ]


def _of_agencies(agencies: Collection[int], on: date) -> list[Any]:
    members = Membership.objects.active(on).filter(agency__in=agencies, role__in=DESK, user__is_active=True)
    return [
        _rows(Directorate.objects.filter(agency__in=agencies, is_active=True), "directorate"),
        _rows(User.objects.filter(pk__in=members.values("user")), "officer"),
    ]


def _of_person(user: User, homes: Collection[int], on: date) -> list[Any]:
    labels = Label.objects.filter(agency__in=homes).order_by()
    absent = Absence.objects.on(on).filter(deputy=user).order_by()
    saved = SavedFilter.objects.filter(Q(owner=user) | Q(agency__in=homes)).order_by()
    return [
        _columns(labels, "label", key=F("name"), ar=F("name"), en=F("name")).distinct()[:MOST_LABELS],
        _columns(absent, "absent", key=F("user"), ar=Value(""), en=Value("")),
        _columns(
            saved, "saved", key=F("pk"), ar=F("name"), en=Cast("query", TextField()), more=F("agency"), owner=F("owner")
        ),
        _rows(Agency.objects.filter(pk__in=homes), "home"),
    ]


def _rows(rows: QuerySet[Any], what: str, *, more: str = "", place: str = "") -> Any:
    return _columns(
        rows.order_by(),
        what,
        key=F("pk"),
        ar=F("name_ar"),
        en=F("name_en"),
        more=F(more) if more else Value(""),
        place=F(place) if place else Value(0),
    )


def _columns(  # noqa: PLR0913 - one argument a column
    rows: Any,
    what: str,
    *,
    key: Any,
    ar: Any,
    en: Any,
    more: Any = Value(""),  # noqa: B008 - an expression, which is never changed
    owner: Any = Value(""),  # noqa: B008
    place: Any = Value(0),  # noqa: B008
) -> Any:
    def text(expression: Any) -> Cast:
        return Cast(expression, TextField())

    return rows.values_list(
        Value(what, output_field=TextField()),
        text(key),
        text(ar),
        text(en),
        text(more),
        text(owner),
        Cast(place, IntegerField()),
    )


# ---- sorting out ----

type Row = tuple[str, str, str, str, str | None, str, int]


def _sorted_out(rows: Any, user: User, authority: Authority) -> Surroundings:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[0]].append(row)
    plain = ("place", "directorate", "officer", "label", "agency")
    options = {what: _options(found[what]) for what in plain if what != "agency" or authority.has(CMU)}
    saved = sorted((_saved(row, user) for row in found["saved"]), key=lambda one: one.name)
    return Surroundings(
        options={**options, "topic": _topics(found["topic"])},
        covers=frozenset(UUID(row[1]) for row in found["absent"]),
        saved=saved,
        homes=_options(found["home"]),
    )


def _options(rows: Sequence[Row]) -> list[Option]:
    options = sorted((row[6], _name(row), row[1]) for row in rows)
    return [Option(key, name) for _place, name, key in options]


def _topics(rows: Sequence[Row]) -> list[Option]:
    """Return the topics below their groups, each group itself first: it stands for all that is in it."""
    groups = {row[1]: row for row in sorted(rows, key=lambda row: row[6]) if not row[4]}
    below: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row[6]):
        if row[4] in groups:
            below[row[4]].append(row)
    return [Option(row[1], _name(row), _name(group)) for key, group in groups.items() for row in (group, *below[key])]


def _saved(row: Row, user: User) -> Saved:
    _what, key, name, query, agency, owner, _place = row
    read = json.loads(query)
    known = read if isinstance(read, dict) else {}
    return Saved(
        key=int(key),
        name=name,
        agency=int(agency) if agency else None,
        is_own=UUID(owner) == user.pk,
        query={str(part): str(value) for part, value in known.items()},
    )


def _name(row: Row) -> str:
    return next(filter(None, (row[3], row[2]) if get_language() == "en" else (row[2], row[3])), "")
