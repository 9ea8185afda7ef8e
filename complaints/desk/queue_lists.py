"""The query of a queue: its tab, sort order and filters, read from an address or from a saved filter."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, TextChoices
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from accounts.roles import CMU, DESK, Authority
from agencies.calendar import AMMAN
from agencies.models import Priority, Topic
from complaints import unsent_forms
from complaints.desk.queue_tabs import (
    IS_URGENT,
    TASK_DUE,
    Sort,
    StaffContext,
    Tab,
    begins_with_urgent,
    behind_mark,
    chosen_order,
    first_keys,
    marked,
    order_parts,
    sort_orders,
    sorting,
    tab_condition,
)
from complaints.models import Case, CaseQuerySet, Channel, Label, SavedFilter
from complaints.permissions.readers import at_desk
from complaints.workflow import Kind, State
from kit.arabic import fold_digits
from kit.keyset import Order
from kit.sent_numbers import sent_number
from kit.statements import ALWAYS, Condition, Statement, condition, joined

# ---- What a page of the queue needs beside its cases, in one statement: filter choices, saved filters, absences. ----


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


#: The years in which a case can have been filed.
CENTURY = range(2000, 2100)
#: In place of an officer: nobody yet.
NOBODY = "none"


class Sensitivity(TextChoices):
    """What makes a case one to handle with care."""

    URGENT = "urgent", _("Urgent topic")
    HIGH = "high", _("High-priority topic")
    HIDDEN = "hidden", _("Identity hidden")
    SIGNATURE = "signature", _("Needs a second signature")


@dataclass(frozen=True)
class QueueFilter:
    """One filter of a queue: its name in an address, its heading, how it filters cases, and its choices."""

    name: str
    label: StrPromise
    apply: Callable[[CaseQuerySet, str, StaffContext], CaseQuerySet]
    #: None where a day is typed.
    choices: Callable[[QueueOptions], Sequence[Option]] | None


def _choices(choices: type[TextChoices]) -> Callable[[QueueOptions], Sequence[Option]]:
    return lambda _options: [Option(str(value), str(label)) for value, label in choices.choices]


def _listed(name: str) -> Callable[[QueueOptions], Sequence[Option]]:
    return lambda options: options.choices.get(name, ())


def _officers(options: QueueOptions) -> Sequence[Option]:
    found = options.choices.get("officer", ())
    return [Option(NOBODY, gettext("No officer yet")), *found] if found else []


def _by_topic(cases: CaseQuerySet, key: str, _staff: StaffContext) -> CaseQuerySet:
    return cases.filter(topic__in=Topic.objects.filter(Q(pk=key) | Q(parent=key)).values("pk"))


def _by_officer(cases: CaseQuerySet, key: str, _staff: StaffContext) -> CaseQuerySet:
    # While the unit sorts a case or rules on an objection, it is in no officer's hands: the figures count so too.
    with_agency = cases.exclude(state__in=(State.TRIAGE, State.OBJECTED))
    return with_agency.filter(officer__isnull=True) if key == NOBODY else with_agency.filter(officer=UUID(key))


def _by_sensitivity(cases: CaseQuerySet, key: str, _staff: StaffContext) -> CaseQuerySet:
    match key:
        case Sensitivity.HIDDEN:
            return cases.filter(hides_identity=True)
        case Sensitivity.SIGNATURE:
            return cases.filter(topic__in=Topic.objects.filter(second_signature=True).values("pk"))
    return cases.filter(topic__in=Topic.objects.filter(priority=Priority(key)).values("pk"))


def _by_label(cases: CaseQuerySet, name: str, staff: StaffContext) -> CaseQuerySet:
    return cases.filter(Exists(Label.objects.filter(case=OuterRef("pk"), agency__in=staff.sharing_agencies, name=name)))


def _field(name: str) -> Callable[[CaseQuerySet, str, StaffContext], CaseQuerySet]:
    return lambda cases, key, _staff: cases.filter(**{name: key})


def _midnight(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.min, AMMAN)


FILTERS: tuple[QueueFilter, ...] = (
    QueueFilter("agency", _("Agency"), _field("agency"), _listed("agency")),
    QueueFilter("topic", _("Topic"), _by_topic, _listed("topic")),
    QueueFilter("directorate", _("Directorate"), _field("directorate"), _listed("directorate")),
    QueueFilter("officer", _("Officer"), _by_officer, _officers),
    QueueFilter("place", _("Governorate"), _field("governorate"), _listed("place")),
    QueueFilter("kind", _("Kind"), _field("kind"), _choices(Kind)),
    QueueFilter("channel", _("Channel"), _field("channel"), _choices(Channel)),
    QueueFilter("care", _("Sensitivity"), _by_sensitivity, _choices(Sensitivity)),
    QueueFilter("label", _("Label"), _by_label, _listed("label")),
    QueueFilter("since", _("Filed from"), lambda cases, day, _staff: cases.filter(filed_at__gte=_midnight(day)), None),
    QueueFilter(
        "until",
        _("Filed until"),
        lambda cases, day, _staff: cases.filter(filed_at__lt=_midnight(day) + timedelta(days=1)),
        None,
    ),
)


@dataclass(frozen=True)
class QueueQuery:
    """A tab with its sort order and filters; ``dropped_filters`` labels the filters whose value no longer exists."""

    tab: Tab = Tab.OPEN
    sort: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    dropped_filters: Sequence[str] = ()

    def filter(self, cases: CaseQuerySet, staff: StaffContext) -> CaseQuerySet:
        """Apply every filter of the query to ``cases``."""
        for queue_filter in FILTERS:
            if queue_filter.name in self.filters:
                cases = queue_filter.apply(cases, self.filters[queue_filter.name], staff)
        return cases

    def condition(self, staff: StaffContext, prefix: str = "filter") -> Condition:
        """Return the filters of the query as a condition on ``complaints_case``, its values named by ``prefix``."""
        return condition(self.filter(Case.objects.all(), staff), prefix) if self.filters else ALWAYS

    @property
    def parameters(self) -> dict[str, str]:
        """Return the parameters of an address or a saved filter; the default sort order is left out."""
        sort = {"sort": self.sort} if self.sort else {}
        return {"view": str(self.tab), **sort, **self.filters}

    @property
    def query_string(self) -> str:
        """Return the query string, with its question mark."""
        return f"?{urlencode(self.parameters)}"

    def without(self, name: str) -> QueueQuery:
        """Return the query without the filter ``name``; officers and directorates go with their agency."""
        gone = {name, "officer", "directorate"} if name == "agency" else {name}
        return replace(self, filters={key: value for key, value in self.filters.items() if key not in gone})


def read_query(asked: Mapping[str, str], options: QueueOptions) -> QueueQuery:
    """Return the query that the parameters ``asked`` describe, without the filters whose value no longer exists."""
    kept: dict[str, str] = {}
    dropped_filters: list[str] = []
    for queue_filter in FILTERS:
        typed = asked.get(queue_filter.name, "").strip()
        if not typed:
            continue
        value = _valid_value(queue_filter, typed, options)
        if value:
            kept[queue_filter.name] = value
        else:
            dropped_filters.append(str(queue_filter.label))
    tab = Tab(asked["view"]) if asked.get("view") in Tab else Tab.OPEN
    orders = sort_orders(tab)
    sort = Sort(asked["sort"]) if asked.get("sort") in Sort else next(iter(orders))
    usual = sort not in orders or sort == next(iter(orders))
    return QueueQuery(tab, "" if usual else str(sort), kept, dropped_filters)


def _valid_value(queue_filter: QueueFilter, typed: str, options: QueueOptions) -> str:
    """Return the value to filter by, empty where ``typed`` is none of the choices and no day."""
    if queue_filter.choices is not None:
        return typed if any(option.key == typed for option in queue_filter.choices(options)) else ""
    try:
        day = date.fromisoformat(fold_digits(typed))
    except ValueError:
        return ""
    return day.isoformat() if day.year in CENTURY else ""


# ---- The address of the list from which a form of the queue was sent. ----


def queue_address(sent: QueryDict) -> str:
    """Return the address of the list in which the cases were ticked; its query alone is taken from the request."""
    query = parse_qsl(sent.get("list_query", ""), max_num_fields=None)
    return f"{reverse('queue')}?{urlencode(query)}" if query else reverse("queue")


# ---- Saved filters: a query of the queue under a name, for one person or for all staff of an agency. ----


#: Filters one person can keep.
MOST = 20


class TooManySavedFilters(ValueError):
    """The person already has ``MOST`` saved filters."""


def save_filter(
    user: User, *, at: datetime, name: str, query: Mapping[str, str], agency: int | None = None
) -> SavedFilter:
    """Save a query under ``name``, shared with the staff of ``agency`` if given; one of the same name is replaced.

    Locks the user's row. Raises ``TooManySavedFilters`` beyond ``MOST``.
    """
    with transaction.atomic():
        # Two presses at once would both count before either has written.
        User.objects.select_for_update(of=("self",)).get(pk=user.pk)
        others = SavedFilter.objects.filter(owner=user).exclude(name=name)
        if others.count() >= MOST:
            raise TooManySavedFilters
        values = {"agency_id": agency, "query": dict(query), "made_at": at}
        kept, _is_new = SavedFilter.objects.update_or_create(owner=user, name=name, defaults=values)
    return kept


# ---- Where a case stands in a list of the queue, and which cases stand before and behind it. ----


#: Places are counted up to here, as tabs are.
PLACES_MOST: Final = 99
_ANY_MOMENT: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_URGENT: Final = f"NOT ({IS_URGENT})"


class ListPlace(NamedTuple):
    """How many cases stand before a case, how many there are, whether it is one of them, and its two neighbours."""

    before: int
    total: int
    is_listed: bool
    previous: str | None
    following: str | None

    @property
    def number(self) -> int:
        """Return the place, counted from 1; 0 where the case is not in the list or stands too far behind."""
        return self.before + 1 if self.is_listed and self.total <= PLACES_MOST else 0


class TaskDate(NamedTuple):
    """When the partner task of a case is due, or else the case."""

    due_at: datetime | None


_PLACE: Final = Statement(Path(__file__).with_name("places.sql"), ListPlace)
_TASK: Final = Statement(Path(__file__).with_name("task_date.sql"), TaskDate)


def place_in(query: QueueQuery, staff: StaffContext, case: Case) -> ListPlace | None:
    """Return the place of ``case`` in the list ``query``, also after it has left that list; one statement.

    Two for partner tasks, which have dates of their own. None where the list is sorted by a moment that the case lacks.
    """
    order = chosen_order(query.tab, query.sort)
    cases = joined(" AND ", [tab_condition(query.tab, staff), query.condition(staff)])
    moment = _moment(case, order, staff)
    return _place_among(cases, order_parts(query.tab, order), order, case, moment)


def _moment(case: Case, order: Order, staff: StaffContext) -> datetime | None:
    """Return the moment by which ``case`` stands in ``order``."""
    if order.moment == "partner_task_due_at":
        return _TASK.row({"due": Condition(TASK_DUE, staff.values)}, key=case.pk).due_at
    return getattr(case, order.moment) if order.moment else _ANY_MOMENT


def place_in_triage(staff: StaffContext, case: Case) -> ListPlace | None:
    """Return the place of ``case`` among those without an agency, also after it has left them; one statement."""
    cases = joined(" AND ", [at_desk(staff.user, at=staff.at), Condition("state = 'triage'")])
    return _place_among(cases, ["TRUE"], Order("deadline_at"), case, case.deadline_at)


def _place_among(
    cases: Condition, parts_of_order: Sequence[str], order: Order, case: Case, moment: datetime | None
) -> ListPlace | None:
    if moment is None:
        return None
    is_urgent = case.is_urgent and begins_with_urgent(order)
    neighbours = _Neighbours(cases, parts_of_order, order, is_urgent=is_urgent)
    parts = {
        "cases": Condition(cases.text, {**cases.values, **marked((moment, case.pk))}),
        "before": Condition(neighbours.before),
        "previous": Condition(neighbours.previous),
        "following": Condition(neighbours.following),
    }
    return _PLACE.row(parts)


class _Neighbours:
    """The conditions for what stands before a case and for the cases next to it; the urgent ones may stand first."""

    def __init__(self, cases: Condition, parts: Sequence[str], order: Order, *, is_urgent: bool) -> None:
        self._cases, self._parts = cases, parts
        backwards, has_groups = replace(order, newest=not order.newest), begins_with_urgent(order)
        own, other = (IS_URGENT, _NOT_URGENT) if is_urgent else (_NOT_URGENT if has_groups else "TRUE", IS_URGENT)
        earlier = f"{own} AND {behind_mark(backwards)}"
        self.before = f"{IS_URGENT} OR {earlier}" if has_groups and not is_urgent else earlier
        before, behind = [self._first(own, backwards, is_behind=True)], [self._first(own, order, is_behind=True)]
        if is_urgent:
            behind.append(self._first(other, order, is_behind=False))
        elif has_groups:
            before.append(self._first(other, backwards, is_behind=False))
        self.previous, self.following = (f"id = coalesce({', '.join(keys)})" for keys in (before, behind))

    def _first(self, group: str, order: Order, *, is_behind: bool) -> str:
        after = behind_mark(order) if is_behind else "TRUE"
        parts = [first_keys(self._cases, f"{part} AND {group} AND {after}", order, None, 1) for part in self._parts]
        keys = " UNION ALL ".join(parts)
        return f"(SELECT id FROM complaints_case WHERE id IN ({keys}) ORDER BY {sorting(order)} LIMIT 1)"  # noqa: S608 - texts of ours
