"""What the pages of a desk say around their cases: how far a deadline is, who sits there, and the menu."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext, ngettext

from accounts.models import User
from accounts.roles import (
    CMU,
    CONTACT_CENTRE,
    DESK,
    LADDER,
    OPERATORS,
    REPORT_READERS,
    SUPERVISION,
    Authority,
    Role,
)
from agencies.models import Agency, Directorate
from complaints.citizen.promise import operator
from complaints.deadlines import standstill
from complaints.deadlines.standstill import Standstill
from complaints.models import Case, CaseQuerySet, Consultation
from complaints.queue import keyset
from complaints.queue.keyset import Order, Page
from complaints.queue.tabs import SOON
from complaints.reading import knows_person
from complaints.routing import suggestions
from complaints.workflow import State
from config.dates import day_digits

_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


def triage_page(scope: CaseQuerySet, *, after: str = "") -> Page:
    """Return a page of the cases of ``scope`` that wait for an owner, by deadline, with their words and reasons."""
    order = Order("deadline_at")
    waiting = order.after(scope.filter(state=State.TRIAGE), keyset.read(after))
    return order.page(suggestions.with_reasons(waiting).defer("folded", "words").order_by(*order.columns))


# ---- what a row and a page say ----


@dataclass(frozen=True)
class Countdown:
    """How far a deadline is: ``level`` is late, soon, ok or nothing, ``words`` say it."""

    level: str
    words: str


def countdown_of(case: Case, *, at: datetime, still: Standstill | None = None) -> Countdown:
    """Return how far the deadline of ``case`` is; while the citizen is asked it stands still, but not without end.

    ``still`` is what ``standstill`` knows of a case that waits for its citizen: until when its limit stands.
    """
    if case.deadline_at is None:
        return Countdown("", "")
    if case.state == State.WAITING:
        return _standing(still, at=at)
    return _countdown(case.deadline_at, at=at)


def _standing(still: Standstill | None, *, at: datetime) -> Countdown:
    if still is None:
        return Countdown("", gettext("the time limit stands still"))
    if at < still.until:
        words = gettext("the time limit stands still until %(day)s at most")
        return Countdown("", words % {"day": day_digits(still.until_on)})
    running = _countdown(still.due_at, at=at)
    return Countdown(running.level, gettext("the time limit runs again: %(left)s") % {"left": running.words})


def _countdown(due_at: datetime, *, at: datetime) -> Countdown:
    left = due_at - at
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
    """One line of a list: the case, when it is due and how far that is, and whether its person's name is shown."""

    case: Case
    due_at: datetime | None
    countdown: Countdown
    tag: str
    knows_person: bool

    @property
    def on(self) -> date | None:
        """Return the day of the deadline."""
        return timezone.localdate(self.due_at) if self.due_at else None

    @property
    def directorate(self) -> Directorate | None:
        """Return the directorate that is asked, in the view of these, and that of the case elsewhere."""
        asked: Sequence[Consultation] = getattr(self.case, "asked", ())
        return asked[0].directorate if asked else self.case.directorate


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


def rows_of(cases: Sequence[Case], user: User, *, at: datetime) -> list[Row]:
    """Return the lines of ``cases`` in a list of ``user``; at most two statements for all that wait for a citizen."""
    still = standstill.of_cases(cases)
    return [row_of(case, user, at=at, still=still.get(case.pk)) for case in cases]


def row_of(case: Case, user: User, *, at: datetime, still: Standstill | None = None) -> Row:
    """Return the line of ``case`` in a list of ``user``: in the view of parts with the date of the part."""
    part_due_at: datetime | None = getattr(case, "part_due_at", None)
    countdown = _countdown(part_due_at, at=at) if part_due_at else countdown_of(case, at=at, still=still)
    due_at = part_due_at or case.deadline_at
    return Row(case, due_at, countdown, tag_of(case, countdown), knows_person(case, user, at=at))


# ---- who sits at the desk ----


def office_of(user: User, *, at: datetime, agency: Agency | None = None, names: Sequence[str] = ()) -> str:
    """Return what ``user`` is and where, for the head of the page.

    ``agency``, or the ``names`` of all of theirs, spare a statement where they are known.
    """
    authority = user.authority(at)
    if authority.has(CMU):
        return operator()
    if not authority.has(DESK):
        return _place_of(authority, agency)
    what = Role.SUPERVISOR if authority.has(SUPERVISION) else Role.OFFICER
    if not names:
        desks = authority.agencies(DESK)
        agencies = [agency] if agency and agency.pk in desks else Agency.objects.filter(pk__in=desks)
        names = [one.name for one in agencies]
    return f"{what.label} – {gettext(', ').join(names)}"


def _place_of(authority: Authority, agency: Agency | None) -> str:
    """Return what somebody is who sits at no desk, with the agency where they stand on its ladder."""
    held = [role for role in Role if authority.has({role})]
    if not held:
        return ""
    what = str(held[0].label)
    is_theirs = agency is not None and agency.pk in authority.agencies({held[0]} & set(LADDER))
    return f"{what} – {agency.name}" if agency and is_theirs else what


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
        (CMU, MenuItem("precedents", gettext("Precedents"))),
        (CMU, MenuItem("ended-agencies", gettext("Agencies that ended"), within="ended-agency")),
        (CMU | DESK, MenuItem("queue", queue)),
        (CMU | DESK, MenuItem("texts", gettext("Standard texts"), within="text text-new text-delete")),
        (CMU | SUPERVISION, MenuItem("officers", gettext("Officers"), within="officers-absence officers-reassign")),
        (CMU | CONTACT_CENTRE, MenuItem("calls", gettext("Calls"), within="call")),
        (
            frozenset({Role.DIRECTORATE_MEMBER}),
            MenuItem("directorate-requests", gettext("Requests to the directorate"), within="directorate-request"),
        ),
        (CMU | OPERATORS, MenuItem("messages", gettext("Messages"), within="message")),
        (CMU, MenuItem("message-words", gettext("Words of the messages"), within="message-word")),
        (REPORT_READERS, MenuItem("reports", gettext("Reports"))),
    ]
    waiting = counts or {}
    return [replace(item, count=waiting.get(item.name, 0)) for roles, item in areas if authority.has(roles)]


def agencies_but(case: Case, *, on: date) -> list[Agency]:
    """Return the agencies ``case`` can go to on a day: all but its own."""
    return [agency for agency in Agency.objects.complainable(on=on) if agency.pk != case.agency_id]
