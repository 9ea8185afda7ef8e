"""The questions of the page of messages: which there are, how sending stands, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self, cast
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, pgettext, pgettext_lazy

from accounts.models import User
from complaints import fates, reference
from complaints.desk import CountOf, span_words
from complaints.fates import SEALED, Fate
from complaints.models import Case
from notifications import alarms, gates, hold
from notifications.lines import Routes
from notifications.models import (
    Alarm,
    AlarmKind,
    Channel,
    DailySpend,
    Hold,
    Lane,
    Message,
    MessageQuerySet,
    MessageState,
)

if TYPE_CHECKING:
    from django.http import QueryDict
    from django.utils.functional import _StrPromise

#: Rows of one page; one more is fetched, to know whether there is a next page.
PAGE: Final = 25
#: Counts stop here, so that a full outbox costs what an empty one does.
CAP: Final = 9_999
#: What is settled is counted for this span; what is open is counted whatever its age.
LATELY: Final = timedelta(days=1)
#: Longer than any message lives before it has arrived or failed.
LONGEST_LIFE: Final = timedelta(days=14)


class Group(models.TextChoices):
    """The parts of the outbox."""

    WAITING = "waiting", pgettext_lazy("messages", "Waiting")
    UNKNOWN = "unknown", pgettext_lazy("messages", "Not certain")
    FAILED = "failed", pgettext_lazy("messages", "Not delivered")
    SENT = "sent", pgettext_lazy("messages", "Sent")
    ALL = "all", pgettext_lazy("messages", "All")


_STATES: Final[Mapping[Group, tuple[MessageState, ...]]] = {
    Group.WAITING: (MessageState.PENDING, MessageState.SENDING),
    Group.UNKNOWN: (MessageState.UNKNOWN,),
    Group.FAILED: (MessageState.UNDELIVERABLE, MessageState.EXPIRED),
    Group.SENT: (MessageState.ACCEPTED, MessageState.DELIVERED),
    Group.ALL: tuple(MessageState),
}
#: Where somebody may have to act, what has waited longest comes first.
_OLDEST_FIRST: Final = frozenset({Group.WAITING, Group.UNKNOWN})

#: What each message tells, by its template, in the words of staff.
NAMES: Final[Mapping[str, _StrPromise]] = {
    "code": gettext_lazy("One-time code"),
    "registered": gettext_lazy("Registration is complete"),
    "already_registered": gettext_lazy("There is an account already"),
    "password_changed": gettext_lazy("Password changed"),
    "phone_changed": gettext_lazy("Mobile number changed"),
    "phone_added": gettext_lazy("Mobile number added"),
    "case_received": gettext_lazy("The case has arrived"),
    "case_received_triage": gettext_lazy("The case has arrived, the agency is being found"),
    "case_filed_by_phone": gettext_lazy("The case was filed by telephone"),
    "case_accepted": gettext_lazy("Accepted, with the date of the reply"),
    "case_new_date": gettext_lazy("A new date of the reply"),
    "case_question": gettext_lazy("A question to the citizen"),
    "case_resumed": gettext_lazy("Work goes on without the citizen's reply"),
    "case_moved": gettext_lazy("It moved to another agency"),
    "case_triage": gettext_lazy("The right agency is being found"),
    "case_answered": gettext_lazy("The answer is there"),
    "case_withdrawn": gettext_lazy("Withdrawn by the citizen"),
    "case_archived": gettext_lazy("It was closed"),
    "case_objected": gettext_lazy("The objection has arrived"),
    "case_upheld": gettext_lazy("The objection was upheld"),
    "case_dismissed": gettext_lazy("The answer stands"),
    "officer_new_case": gettext_lazy("To the officers: a new case"),
    "officer_recalled": gettext_lazy("To the officers: the unit took a case back"),
    "officer_reply": gettext_lazy("To the officers: the citizen replied"),
    "officer_added": gettext_lazy("To the officers: the citizen added information"),
    "officer_withdrawn": gettext_lazy("To the officers: the citizen withdrew a case"),
    "officer_upheld": gettext_lazy("To the officers: an objection was upheld"),
    "officer_lapsed": gettext_lazy("To the officers: no reply came in time"),
    "cmu_triage": gettext_lazy("To the unit: a case waits for its agency"),
    "cmu_objection": gettext_lazy("To the unit: an objection"),
    "email_confirm": gettext_lazy("Confirmation of an e-mail address"),
    "email_changed": gettext_lazy("E-mail address changed"),
    "case_reminder": gettext_lazy("A reminder of the question to the citizen"),
    "case_late": gettext_lazy("The answer is late"),
    "case_unanswered": gettext_lazy("It was closed without the citizen's reply"),
    "officer_due": gettext_lazy("To the officers: a case is due today"),
    "officer_digest": gettext_lazy("To the officers: the cases of the day"),
    "operator_alarm": gettext_lazy("To the operators: an alarm"),
}

#: What an operator does about each alarm; the runbook says more.
REMEDIES: Final[Mapping[str, _StrPromise]] = {
    AlarmKind.LINE_STOPPED: gettext_lazy(
        "Check the account, its password and its balance with the carrier. Every ten minutes one message tries it."
    ),
    AlarmKind.CAP_REACHED: gettext_lazy(
        "Find out what sent so much. Codes and urgent messages still leave; the others wait for midnight, or for a"
        " higher cap in the settings."
    ),
    AlarmKind.ON_HOLD: gettext_lazy(
        "Make sure that this is the database of the service and no copy, then release the sending."
    ),
    AlarmKind.UNDECIDED: gettext_lazy(
        "Open the message, look for it in the carrier's own list, and say what you found."
    ),
    AlarmKind.SENT_TWICE: gettext_lazy(
        "The person may have had it twice. Keep the attempts of the message and ask the carrier why."
    ),
    AlarmKind.QUEUE_OLD: gettext_lazy("See whether the senders run and whether a line is stopped or a cap reached."),
    AlarmKind.LISTS_DIFFER: gettext_lazy(
        "Compare the carrier's list with the comparison of that day, and account for every message that differs."
    ),
}


# ---- what is asked for ----


@dataclass(frozen=True)
class Wanted:
    """Which messages a page shows."""

    group: Group = Group.WAITING
    channel: str = ""
    lane: str = ""
    reference: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        """Return what an address asks for; what makes no sense in it is as if it were not there."""
        number = reference.parse(query.get("ref", "")) or ""
        group = query.get("view", "")
        return cls(
            group=Group(group) if group in Group else (Group.ALL if number else Group.WAITING),
            channel=_known(query.get("channel", ""), Channel),
            lane=_known(query.get("lane", ""), Lane),
            reference=number,
        )

    def in_group(self, group: Group) -> Self:
        """Return the same question about another part of the outbox."""
        return replace(self, group=group)

    def query(self, **more: str) -> str:
        """Return the address's question for this, with ``more`` added to it."""
        said = {"view": self.group, "channel": self.channel, "lane": self.lane, "ref": self.reference, **more}
        return "?" + urlencode({name: str(value) for name, value in said.items() if value})

    def narrow(self, rows: MessageQuerySet) -> MessageQuerySet:
        """Return those of the rows that are of the channel, the lane and the case asked for."""
        said = {"channel": self.channel, "lane": self.lane, "reference": self.reference}
        return rows.filter(**{name: value for name, value in said.items() if value})


def _known(value: str, choices: type[models.TextChoices]) -> str:
    return value if value in choices else ""


def seen_by(user: User) -> MessageQuerySet:
    """Return the messages ``user`` may handle: none to the own person, and none about a case of one's own.

    Nor those that were never meant to leave: nothing is wrong with them, and sent again they would say what is not so.
    """
    messages = Message.objects.meant()
    if user.person_id is None:
        return messages
    own = Case.objects.filter(citizen_id=user.person_id)
    return messages.exclude(
        Q(recipient__startswith=f"{fates.CITIZEN}{user.person_id}") | Q(reference__in=own.values("reference"))
    )


# ---- a page of them ----


@dataclass(frozen=True)
class Row:
    """One line of the list: what the message tells, to what kind of recipient, and what became of it."""

    message: Message
    name: str
    to: str
    fate: Fate
    opens_case: bool


@dataclass(frozen=True)
class Page:
    """One page of messages, and the mark the next one starts after (empty on the last)."""

    rows: Sequence[Row]
    next: str


def page_of(user: User, wanted: Wanted, *, at: datetime, after: str = "") -> Page:
    """Return a page of what is asked for, in three statements: the rows, what repeats them, whose case is visible.

    ``after`` is the ``next`` of the page before; one that cannot be read gives the first page.
    """
    found = list(_rows(seen_by(user), wanted, _read_mark(after)))
    shown = found[:PAGE]
    mark = _mark(shown[-1]) if len(found) > PAGE else ""
    cases = Case.objects.visible_to(user, at=at).filter(reference__in={one.reference for one in shown})
    visible = set(cases.values_list("reference", flat=True))
    return Page([_row(message, visible, at=at) for message in shown], mark)


def _rows(scope: MessageQuerySet, wanted: Wanted, mark: tuple[datetime, UUID] | None) -> Iterable[Message]:
    first = "" if wanted.group in _OLDEST_FIRST else "-"
    order = (f"{first}created_at", f"{first}pk")
    rows = _after(wanted.narrow(scope), mark, backwards=bool(first))
    parts = [rows.filter(state=state).order_by(*order).values("pk")[: PAGE + 1] for state in _STATES[wanted.group]]
    # A part for each state reads its index in order and stops; one query over all states would sort them all.
    ids = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    listed = Message.objects.filter(pk__in=ids).defer(*SEALED).select_related("call_task")
    repetitions = Message.objects.order_by("created_at").only("repeats_id", "channel")
    return listed.prefetch_related(Prefetch("repetitions", repetitions)).order_by(*order)[: PAGE + 1]


def _after(rows: MessageQuerySet, mark: tuple[datetime, UUID] | None, *, backwards: bool) -> MessageQuerySet:
    """Return the rows that stand after ``mark`` in the order of their making."""
    if mark is None:
        return rows
    moment, pk = mark
    if backwards:
        return rows.filter(created_at__lte=moment).exclude(created_at=moment, pk__gte=pk)
    return rows.filter(created_at__gte=moment).exclude(created_at=moment, pk__lte=pk)


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MARK: Final = re.compile(r"([0-9]{1,16})-([0-9a-f]{32})")


def _mark(message: Message) -> str:
    return f"{(message.created_at - _EPOCH) // timedelta(microseconds=1)}-{message.pk.hex}"


def _read_mark(text: str) -> tuple[datetime, UUID] | None:
    """Return the moment (microseconds since 1970) and the key in a mark, None when it is none."""
    found = _MARK.fullmatch(text)
    return (_EPOCH + timedelta(microseconds=int(found[1])), UUID(found[2])) if found else None


def _row(message: Message, visible: set[str], *, at: datetime) -> Row:
    *_earlier, newest = [None, *message.repetitions.all()]
    return Row(
        message=message,
        name=name_of(message),
        to=addressee_of(message),
        fate=fates.for_staff(message, at=at, repeated=newest),
        opens_case=message.reference in visible,
    )


def name_of(message: Message) -> str:
    """Return what a message tells, in the words of staff."""
    return str(NAMES.get(message.template, _("Message")))


def addressee_of(message: Message) -> str:
    """Return what kind of recipient a message goes to."""
    if message.recipient.startswith(fates.CITIZEN):
        return _("Citizen")
    is_staff = message.recipient.startswith(fates.STAFF)
    return pgettext("recipient", "Staff") if is_staff else pgettext("recipient", "Visitor")


# ---- how sending stands ----


@dataclass(frozen=True)
class Spending:
    """What one channel has cost today, in parts of SMS or in e-mails; ``cap`` is 0 where there is none."""

    channel: str
    spent: int
    cap: int

    @property
    def is_used_up(self) -> bool:
        """Tell whether what may wait now waits for midnight."""
        return 0 < self.cap <= self.spent


@dataclass(frozen=True)
class LineNow:
    """The line of a channel to one carrier: whether it is open, and its share of the messages in percent."""

    channel: str
    carrier: str
    share: int
    is_open: bool


@dataclass(frozen=True)
class Trouble:
    """One alarm: what is wrong, about what, what to do, and the message it is about if it is about one.

    ``about`` is the words for a channel and what is known of it beside that; one that a person ends may be ended.
    """

    alarm: Alarm
    remedy: str
    message_id: UUID | None
    channel: str
    about: str
    is_ended_by_people: bool


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How sending stands; the counts stop at ``CAP``, those of what is settled are of the last day."""

    waiting: int
    unknown: int
    failed: int
    sent: int
    by_state: Sequence[tuple[str, int]]
    oldest: str
    spending: Sequence[Spending]
    lines: Sequence[LineNow]
    troubles: Sequence[Trouble]
    hold: Hold | None


def figures_of(user: User, *, at: datetime) -> Figures:
    """Return how sending stands, in five statements."""
    row = _counts(user, at=at)
    counts: dict[str, int] = {state: row[f"of_{state}"] for state in MessageState}
    sums = {group: min(CAP, sum(counts[state] for state in _STATES[group])) for group in Group}
    oldest: datetime | None = row["oldest"]
    return Figures(
        waiting=sums[Group.WAITING],
        unknown=sums[Group.UNKNOWN],
        failed=sums[Group.FAILED],
        sent=sums[Group.SENT],
        by_state=[(str(state.label), counts[state]) for state in MessageState],
        oldest=span_words(max(at - oldest, timedelta())) if oldest else "",
        spending=_spending(at),
        lines=_lines(),
        troubles=[_trouble(alarm) for alarm in alarms.open_alarms()],
        hold=hold.current(),
    )


#: What is still open is counted whatever its age.
_OPEN: Final = frozenset({MessageState.PENDING, MessageState.SENDING, MessageState.UNKNOWN})


def _counts(user: User, *, at: datetime) -> dict[str, Any]:
    """Return how many messages each state holds, and since when the oldest that could leave waits; one statement."""
    meant = Message.objects.meant()
    lately = meant.filter(created_at__gt=at - LATELY)
    # A message is given up days after it was made. By when it was made an index finds it, by when it failed none.
    failed = meant.filter(created_at__gt=at - LONGEST_LIFE, settled_at__gt=at - LATELY)
    rows = {state: failed if state in _STATES[Group.FAILED] else lately for state in MessageState}
    rows |= dict.fromkeys(_OPEN, Message.objects.all())
    parts: dict[str, Any] = {
        f"of_{state}": CountOf(rows[state].filter(state=state).order_by().values("pk")[:CAP]) for state in MessageState
    }
    could_leave = Message.objects.ripe().filter(gates.may_wake(Now())).order_by("created_at")
    parts["oldest"] = models.Subquery(could_leave.values("created_at")[:1])
    # One row to hang the counts on: the person's own.
    row: dict[str, Any] = cast("Any", User.objects.filter(pk=user.pk)).values(**parts).get()
    return row


def _spending(at: datetime) -> list[Spending]:
    today = DailySpend.objects.filter(on=timezone.localdate(at))
    spent = dict(today.values_list("channel", "spent"))
    return [
        Spending(str(channel.label), spent.get(channel, 0), getattr(settings, gates.CAPS[channel]))
        for channel in Channel
    ]


def _lines() -> list[LineNow]:
    return [
        LineNow(str(Channel(channel).label), route.carrier.name, route.share, route.is_open)
        for channel, routes in Routes.now().by_channel.items()
        for route in routes
    ]


def _trouble(alarm: Alarm) -> Trouble:
    is_of_message = alarm.kind in {AlarmKind.UNDECIDED, AlarmKind.SENT_TWICE}
    channel, about = _about(alarm.about)
    return Trouble(
        alarm=alarm,
        remedy=str(REMEDIES[alarm.kind]),
        message_id=_uuid(alarm.about) if is_of_message else None,
        channel=channel,
        about=about,
        is_ended_by_people=alarm.kind in alarms.ENDED_BY_PEOPLE,
    )


def _about(text: str) -> tuple[str, str]:
    """Return the channel in words, and the rest, of what begins with the key of a channel."""
    channel, _space, rest = text.partition(" ")
    return (str(Channel(channel).label), rest) if channel in Channel else ("", text)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
