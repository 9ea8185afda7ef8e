"""The questions of a desk: whose queue it is, which tab, how much is in each, and one page of it by deadline."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from accounts.models import User
from accounts.roles import CMU, CONTACT_CENTRE, DESK, OPERATORS, REPORT_READERS, SUPERVISION
from agencies.models import Agency
from complaints import suggestions
from complaints.models import Case, CaseQuerySet
from complaints.promise import operator
from complaints.workflow import State

#: Rows of one page; one more is fetched, to know whether there is a next page.
PAGE = 25
#: Counts stop here, so that a full queue costs what a short one does.
CAP = 99
#: What is due within this span is marked as due soon.
SOON = timedelta(days=2)

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


class Tab(models.TextChoices):
    """The parts of a queue."""

    OPEN = "open", _("All open")
    COMPETENCE = "competence", _("Decide competence")
    PROGRESS = "progress", _("In progress")
    WAITING = "waiting", _("Waiting for the citizen")
    LATE = "late", _("Late")
    CLOSED = "closed", _("Closed")


_STATES: dict[Tab, tuple[State, ...]] = {
    Tab.OPEN: (State.TRIAGE, State.REFERRED, State.IN_PROGRESS, State.WAITING, State.OBJECTED),
    Tab.COMPETENCE: (State.REFERRED,),
    Tab.PROGRESS: (State.IN_PROGRESS,),
    Tab.WAITING: (State.WAITING,),
    # While the citizen is asked nobody at the desk is late.
    Tab.LATE: (State.TRIAGE, State.REFERRED, State.IN_PROGRESS, State.OBJECTED),
}
#: The history has no count: it only grows.
COUNTED = tuple(_STATES)


# ---- a page of the queue ----


@dataclass(frozen=True)
class Page:
    """One page of cases, and the mark the next one starts after (empty on the last)."""

    cases: Sequence[Case]
    next: str


def page_of(scope: CaseQuerySet, tab: Tab, *, at: datetime, after: str = "") -> Page:
    """Return a page of ``tab`` in ``scope``: open cases by deadline, closed ones by closing, the newest first.

    ``after`` is the ``next`` of the page before; one that cannot be read gives the first page. One statement, and a
    deep page costs what the first does.
    """
    mark = _read_mark(after)
    if tab == Tab.CLOSED:
        return _page(_closed(scope, mark), "closed_at")
    parts = [_ids(scope, tab, state, at=at, mark=mark) for state in _STATES[tab]]
    # A part for each state reads its index in order and stops; one query over all states would sort them all.
    ids = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    rows = Case.objects.filter(pk__in=ids).for_listing().order_by("deadline_at", "pk")
    return _page(rows, "deadline_at")


def triage_page(scope: CaseQuerySet, *, after: str = "") -> Page:
    """Return a page of the cases of ``scope`` that wait for an owner, by deadline, with their words and reasons."""
    mark = _read_mark(after)
    rows = suggestions.with_reasons(_after(scope.filter(state=State.TRIAGE), mark))
    return _page(rows.defer("folded", "words").order_by("deadline_at", "pk"), "deadline_at")


def _after(rows: CaseQuerySet, mark: tuple[datetime, int] | None) -> CaseQuerySet:
    """Return the rows that stand after ``mark`` in the order of deadlines."""
    return rows.filter(deadline_at__gte=mark[0]).exclude(deadline_at=mark[0], pk__lte=mark[1]) if mark else rows


def _ids(
    scope: CaseQuerySet, tab: Tab, state: State, *, at: datetime, mark: tuple[datetime, int] | None
) -> models.QuerySet[Case, Any]:
    rows = _after(_of_state(scope, tab, state, at=at), mark)
    return rows.order_by("deadline_at", "pk").values("pk")[: PAGE + 1]


def _of_state(scope: CaseQuerySet, tab: Tab, state: State, *, at: datetime) -> CaseQuerySet:
    rows = scope.filter(state=state)
    return rows.filter(deadline_at__lt=at) if tab == Tab.LATE else rows


def _closed(scope: CaseQuerySet, mark: tuple[datetime, int] | None) -> CaseQuerySet:
    rows = scope.filter(state=State.CLOSED)
    if mark is not None:
        rows = rows.filter(closed_at__lte=mark[0]).exclude(closed_at=mark[0], pk__gte=mark[1])
    return rows.for_listing().order_by("-closed_at", "-pk")


def _page(rows: CaseQuerySet, field: str) -> Page:
    cases = list(rows[: PAGE + 1])
    if len(cases) <= PAGE:
        return Page(cases, "")
    last = cases[PAGE - 1]
    return Page(cases[:PAGE], _mark(getattr(last, field), last.pk))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MARK = re.compile(r"([0-9]{1,16})-([0-9]{1,18})")


def _mark(moment: datetime, pk: int) -> str:
    return f"{(moment - _EPOCH) // timedelta(microseconds=1)}-{pk}"


def _read_mark(text: str) -> tuple[datetime, int] | None:
    """Return the moment (microseconds since 1970) and the key in a mark, None when it is none."""
    found = _MARK.fullmatch(text)
    return (_EPOCH + timedelta(microseconds=int(found[1])), int(found[2])) if found else None


# ---- counts ----


class CountOf(models.Subquery):
    """How many rows a query has; its own LIMIT is what caps it."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = models.IntegerField()


def counts_of(scope: CaseQuerySet, user: User, *, at: datetime) -> dict[Tab, int]:
    """Return how many cases each tab holds, up to ``CAP`` + 1 a state, in one statement."""
    parts = {
        f"{tab}_{state}": CountOf(_of_state(scope, tab, state, at=at).order_by().values("pk")[: CAP + 1])
        for tab in (Tab.OPEN, Tab.LATE)
        for state in _STATES[tab]
    }
    # One row to hang the counts on: the person's own.
    row: dict[str, int] = cast("Any", User.objects.filter(pk=user.pk)).values(**parts).get()
    return {
        tab: sum(row[f"{Tab.LATE if tab == Tab.LATE else Tab.OPEN}_{state}"] for state in _STATES[tab])
        for tab in COUNTED
    }


# ---- what a row and a page say ----


@dataclass(frozen=True)
class Countdown:
    """How far a deadline is: ``level`` is late, soon, ok or nothing, ``words`` say it."""

    level: str
    words: str


def countdown_of(case: Case, *, at: datetime) -> Countdown:
    """Return how far the deadline of ``case`` is; while the citizen is asked nobody at the desk can be late."""
    if case.deadline_at is None:
        return Countdown("", "")
    if case.state == State.WAITING:
        return Countdown("", gettext("the time limit stands still"))
    left = case.deadline_at - at
    if left < timedelta():
        return Countdown("late", gettext("late by %(span)s") % {"span": span_words(-left)})
    words = gettext("%(span)s left") % {"span": span_words(left)}
    return Countdown("soon" if left < SOON else "ok", words)


def span_words(span: timedelta) -> str:
    """Return a length of time in its largest unit, rounded down."""
    seconds = int(span.total_seconds())
    if seconds >= _DAY:
        count = seconds // _DAY
        return ngettext("%(count)s day", "%(count)s days", count) % {"count": count}
    if seconds >= _HOUR:
        count = seconds // _HOUR
        return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}
    if seconds >= _MINUTE:
        count = seconds // _MINUTE
        return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count}
    return gettext("less than a minute")


@dataclass(frozen=True)
class Row:
    """One line of a list: the case, how far its deadline is, and whether the name of its person is shown."""

    case: Case
    countdown: Countdown
    tag: str
    knows_person: bool

    @property
    def on(self) -> date | None:
        """Return the day of the deadline."""
        return timezone.localdate(self.case.deadline_at) if self.case.deadline_at else None


_TAGS: dict[str, str] = {
    State.TRIAGE: "warn",
    State.REFERRED: "warn",
    State.IN_PROGRESS: "info",
    State.WAITING: "wait",
    State.OBJECTED: "warn",
    State.CLOSED: "ok",
}


def tag_of(case: Case, countdown: Countdown) -> str:
    """Return the colour of a case's status: red once it is late."""
    return "bad" if countdown.level == "late" else _TAGS[case.state]


def row_of(case: Case, user: User, *, at: datetime) -> Row:
    """Return the line of ``case`` in a list of ``user``."""
    countdown = countdown_of(case, at=at)
    return Row(case, countdown, tag_of(case, countdown), knows_person(case, user, at=at))


def knows_person(case: Case, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` may learn who filed ``case``: an agency may not where the person hid it, the CMU may."""
    return not case.hides_identity or user.authority(at).has(CMU)


# ---- who sits at the desk ----


def office_of(user: User, *, at: datetime, agency: Agency | None = None) -> str:
    """Return what ``user`` is and where, for the head of the page; ``agency`` spares a statement where it is known."""
    authority = user.authority(at)
    if authority.has(CMU) or not authority.has(DESK):
        return operator()
    what = gettext("Supervisor") if authority.has(SUPERVISION) else gettext("Liaison officer")
    agencies = [agency] if agency else Agency.objects.filter(pk__in=authority.agencies(DESK))
    return f"{what} – {gettext(', ').join(one.name for one in agencies)}"


@dataclass(frozen=True)
class MenuItem:
    """One line of the side menu: the name of its address and of those below it, and how much waits there."""

    name: str
    text: str
    within: str = ""
    count: int = 0


def menu_of(user: User, *, at: datetime, counts: Mapping[str, int] | None = None) -> list[MenuItem]:
    """Return the work areas of ``user``; empty for staff without a desk today.

    ``counts`` says how much waits in an area, where the page knows it anyway.
    """
    authority = user.authority(at)
    queue = gettext("All cases") if authority.has(CMU) else gettext("Work queue")
    areas = [
        (CMU, MenuItem("triage", gettext("Triage"))),
        (CMU | DESK, MenuItem("queue", queue)),
        (CMU | CONTACT_CENTRE, MenuItem("calls", gettext("Calls"), within="call")),
        (CMU | OPERATORS, MenuItem("messages", gettext("Messages"), within="message")),
        (CMU, MenuItem("message-words", gettext("Words of the messages"), within="message-word")),
        (REPORT_READERS, MenuItem("reports", gettext("Reports"))),
    ]
    waiting = counts or {}
    return [replace(item, count=waiting.get(item.name, 0)) for roles, item in areas if authority.has(roles)]


def agencies_but(case: Case, *, on: date) -> list[Agency]:
    """Return the agencies ``case`` can go to on a day: all but its own."""
    return [agency for agency in Agency.objects.complainable(on=on) if agency.pk != case.agency_id]
