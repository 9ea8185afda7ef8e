"""One message: its text for whoever may read it, its tries, what carriers reported, and what repeats it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self, cast
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Now
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy
from django_stubs_ext import StrPromise

from accounts.contact import STAFF_PREFIX, citizen_key
from accounts.models import User
from complaints import reference
from complaints.case_text import messages
from complaints.case_text.deadline import span_label
from complaints.case_text.messages import SEALED, DeliveryStatus, addressee_name, message_name
from complaints.engine import links
from complaints.models import Case
from complaints.visibility.redaction import knows_person
from kit.counts import CountOf
from notifications import actions, addresses, alarms
from notifications.models import (
    TO_PEOPLE,
    Alarm,
    AlarmKind,
    Attempt,
    Channel,
    DailySpend,
    Hold,
    Lane,
    Message,
    MessageQuerySet,
    MessageState,
    Verdict,
)
from notifications.reconciliation import OPEN_STATES
from notifications.sending import claims, routes
from notifications.sending.routes import RoutingTable

#: Messages whose text staff never read: whoever has the link could answer or rate in somebody else's place.
BEARER_LINKS: Final = links.TEMPLATES | {links.TEMPLATE}
#: What we write down ourselves where a try ends without a code of its carrier's.
REASONS: Final[Mapping[str, StrPromise]] = {
    "connection": _("the connection broke off"),
    "data": _("the connection broke off"),
    "slow": _("the carrier took too long to respond"),
    "no sid": _("the carrier's response had no message number"),
    "given back": _("it was returned to the queue before it was sent"),
    "no address": _("the recipient no longer has this address"),
    "not in the list": _("it is not in the carrier's list"),
    "overtaken by proof": _("another attempt turned out to be the one that the carrier accepted"),
    "readdressed": _("the recipient gave another address"),
    "restored": _("the database was restored from a backup"),
}


@dataclass(frozen=True)
class AttemptLine:
    """One try; ``reason`` says why it ended as it did, empty where only a code of the carrier does."""

    attempt: Attempt
    reason: str


@dataclass(frozen=True, kw_only=True)
class MessageDetail:
    """One message as one person sees it; ``case`` and ``person`` are empty where the person may not see the case."""

    message: Message
    name: str
    to: str
    address: str
    delivery: DeliveryStatus
    case: Case | None
    person: str
    shows_text: bool
    tries: Sequence[AttemptLine]
    held_against: str
    repetitions: Sequence[Message]
    possible: Collection[str]
    mark: str


def message_detail(message: Message, user: User, *, at: datetime) -> MessageDetail:
    """Return what ``user`` may know of ``message``, in eight statements at most, however often it was tried."""
    case = _visible_case(message, user, at=at)
    repetitions = list(_repetitions(message))
    return MessageDetail(
        message=message,
        name=message_name(message),
        to=addressee_name(message),
        address=messages.masked_address(message),
        delivery=messages.for_staff(message, at=at, repeated=repetitions[-1] if repetitions else None),
        case=case,
        person=_recipient_name(message, case, user, at=at) if case else "",
        # Whoever reads the link of a directorate could answer for it.
        shows_text=case is not None and message.lane != Lane.CODES and message.template not in BEARER_LINKS,
        tries=[_attempt_line(attempt) for attempt in message.attempts.order_by("number").prefetch_related("receipts")],
        held_against=_address_verdict(message),
        repetitions=repetitions,
        possible=actions.possible(message),
        mark=_mark(message, len(repetitions)),
    )


def _attempt_line(attempt: Attempt) -> AttemptLine:
    return AttemptLine(attempt, str(REASONS.get(attempt.error_code, "")))


def _address_verdict(message: Message) -> str:
    """Return why nothing but a code goes to the address of the message; empty where nothing is held against it."""
    verdict: Verdict | None = addresses.verdict(Channel(message.channel), message.address)
    return str(verdict.label) if verdict else ""


def change_mark(message: Message) -> str:
    """Return what changes whenever something happens to a message, so that a page gone stale is noticed."""
    return _mark(message, message.repetitions.count())


def _mark(message: Message, repetitions: int) -> str:
    return f"{message.state}-{message.fence}-{message.tries}-{repetitions}"


def _repetitions(message: Message) -> QuerySet[Message]:
    return message.repetitions.defer(*messages.SEALED).order_by("created_at", "pk")


def _visible_case(message: Message, user: User, *, at: datetime) -> Case | None:
    if not message.reference:
        return None
    return Case.objects.visible_to(user, at=at).select_related("citizen").filter(reference=message.reference).first()


def _recipient_name(message: Message, case: Case, user: User, *, at: datetime) -> str:
    """Return the name of whom the message is for: the citizen of the case, or the member of staff."""
    key = message.recipient.partition(":")[2]
    if message.recipient.startswith(STAFF_PREFIX):
        found = User.objects.filter(pk=UUID(key)).first()
        return found.name if found else ""
    is_theirs = key == str(case.citizen_id) and knows_person(case, user, at=at)
    return case.citizen.short_name if is_theirs else ""


# ---- The list of messages: its tabs, the query of an address, and one page. ----


#: Rows of one page; one more is fetched, to know whether there is a next page.
PAGE: Final = 25


class MessageGroup(models.TextChoices):
    """The tabs of the list of messages."""

    WAITING = "waiting", pgettext_lazy("messages", "Waiting")
    UNKNOWN = "unknown", pgettext_lazy("messages", "Not certain")
    FAILED = "failed", pgettext_lazy("messages", "Not delivered")
    SENT = "sent", pgettext_lazy("messages", "Sent")
    ALL = "all", pgettext_lazy("messages", "All")


STATES: Final[Mapping[MessageGroup, tuple[MessageState, ...]]] = {
    MessageGroup.WAITING: (MessageState.PENDING, MessageState.SENDING),
    MessageGroup.UNKNOWN: (MessageState.UNKNOWN,),
    MessageGroup.FAILED: (MessageState.UNDELIVERABLE, MessageState.EXPIRED),
    MessageGroup.SENT: (MessageState.ACCEPTED, MessageState.DELIVERED),
    MessageGroup.ALL: tuple(MessageState),
}
#: Where somebody may have to act, what has waited longest comes first.
_OLDEST_FIRST: Final = frozenset({MessageGroup.WAITING, MessageGroup.UNKNOWN})

# ---- what is asked for ----


@dataclass(frozen=True)
class MessageQuery:
    """Which messages a page shows."""

    group: MessageGroup = MessageGroup.WAITING
    channel: str = ""
    lane: str = ""
    reference: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> Self:
        """Return what an address asks for; what makes no sense in it is as if it were not there."""
        number = reference.parse(query.get("ref", "")) or ""
        group = query.get("view", "")
        return cls(
            group=MessageGroup(group)
            if group in MessageGroup
            else (MessageGroup.ALL if number else MessageGroup.WAITING),
            channel=_known(query.get("channel", ""), Channel),
            lane=_known(query.get("lane", ""), Lane),
            reference=number,
        )

    def in_group(self, group: MessageGroup) -> Self:
        """Return the same query for another tab."""
        return replace(self, group=group)

    def query_string(self, **more: str) -> str:
        """Return the query string of an address, with the parameters ``more``."""
        parameters = {"view": self.group, "channel": self.channel, "lane": self.lane, "ref": self.reference, **more}
        return "?" + urlencode({name: str(value) for name, value in parameters.items() if value})

    def filter(self, rows: MessageQuerySet) -> MessageQuerySet:
        """Return those of ``rows`` that have the channel, the lane and the case asked for."""
        parameters = {"channel": self.channel, "lane": self.lane, "reference": self.reference}
        return rows.filter(**{name: value for name, value in parameters.items() if value})


def _known(value: str, choices: type[models.TextChoices]) -> str:
    return value if value in choices else ""


def handled_by(user: User) -> MessageQuerySet:
    """Return the messages ``user`` may handle: none to the own person, none about a case of one's own or about oneself.

    Nor those that were never meant to leave: nothing is wrong with them, and sent again they would say what is not so.
    """
    barred = Q(reference__in=Case.objects.own_or_recused(user).values("reference"))
    if user.person_id is not None:
        barred |= Q(recipient__startswith=citizen_key(user.person_id))
    return Message.objects.without_decoys().exclude(barred)


# ---- a page of them ----


@dataclass(frozen=True)
class MessageRow:
    """One line of the list: what the message tells, to what kind of recipient, and what became of it."""

    message: Message
    name: str
    to: str
    delivery: DeliveryStatus
    opens_case: bool


@dataclass(frozen=True)
class MessagePage:
    """One page of messages, and the mark the next one starts after (empty on the last)."""

    rows: Sequence[MessageRow]
    next: str


def list_messages(user: User, query: MessageQuery, *, at: datetime, after: str = "") -> MessagePage:
    """Return a page of what is asked for, in three statements: the rows, what repeats them, whose case is visible.

    ``after`` is the ``next`` of the page before; one that cannot be read gives the first page.
    """
    found = list(_fetch(handled_by(user), query, _read_mark(after)))
    shown = found[:PAGE]
    mark = _listing_mark(shown[-1]) if len(found) > PAGE else ""
    cases = Case.objects.visible_to(user, at=at).filter(reference__in={message.reference for message in shown})
    visible = set(cases.values_list("reference", flat=True))
    return MessagePage([_row(message, visible, at=at) for message in shown], mark)


def _fetch(scope: MessageQuerySet, query: MessageQuery, mark: tuple[datetime, UUID] | None) -> Iterable[Message]:
    first = "" if query.group in _OLDEST_FIRST else "-"
    order = (f"{first}created_at", f"{first}pk")
    rows = _after(query.filter(scope), mark, backwards=bool(first))
    parts = [rows.filter(state=state).order_by(*order).values("pk")[: PAGE + 1] for state in STATES[query.group]]
    # A part for each state reads its index in order and stops; one query over all states would sort them all.
    ids = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    listed = Message.objects.filter(pk__in=ids).defer(*SEALED).select_related("call_task")
    repetitions = Message.objects.order_by("created_at", "pk").only("repeats_id", "channel")
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


def _listing_mark(message: Message) -> str:
    return f"{(message.created_at - _EPOCH) // timedelta(microseconds=1)}-{message.pk.hex}"


def _read_mark(text: str) -> tuple[datetime, UUID] | None:
    """Return the moment (microseconds since 1970) and the key in a mark, None when it is none."""
    found = _MARK.fullmatch(text)
    return (_EPOCH + timedelta(microseconds=int(found[1])), UUID(found[2])) if found else None


def _row(message: Message, visible: set[str], *, at: datetime) -> MessageRow:
    *_earlier, newest = [None, *message.repetitions.all()]
    return MessageRow(
        message=message,
        name=message_name(message),
        to=addressee_name(message),
        delivery=messages.for_staff(message, at=at, repeated=newest),
        opens_case=message.reference in visible,
    )


# ---- How sending stands: the counts, the spending of the day, the routes to the carriers, and the open alarms. ----


#: Counts stop here, so that a full outbox costs what an empty one does.
CAP: Final = 9_999
#: What is settled is counted for this span; what is open is counted whatever its age.
LATELY: Final = timedelta(days=1)
#: Longer than any message lives before it has arrived or failed.
LONGEST_LIFE: Final = timedelta(days=14)

#: What an operator does about each alarm; the runbook says more.
REMEDIES: Final[Mapping[str, StrPromise]] = {
    AlarmKind.ROUTE_STOPPED: _(
        "Check the account, its password and its balance with the carrier. We test the line with one message every ten "
        "minutes."
    ),
    AlarmKind.CAP_REACHED: _(
        "Find out why so much was sent. Codes and urgent messages are still sent. The others wait until midnight, or "
        "until the cap in the settings is raised."
    ),
    AlarmKind.ON_HOLD: _(
        "Make sure that this is the live database of the service and not a copy. Then resume sending."
    ),
    AlarmKind.UNDECIDED: _("Open the message, look for it in the carrier's own list, and record what you found."),
    AlarmKind.SENT_TWICE: _(
        "The recipient may have received it twice. Keep a record of the attempts and ask the carrier why."
    ),
    AlarmKind.QUEUE_OLD: _(
        "Check whether the senders are running, and whether a line has stopped or a cap has been reached."
    ),
    AlarmKind.LISTS_DIFFER: _(
        "Check the comparison of that day against the carrier's list, and explain every message that differs."
    ),
    AlarmKind.STORAGE_FULL: _(
        "Make room on the disk of the attachments. Until then no files can be added, and everything else works."
    ),
    AlarmKind.FILES_DIFFER: _(
        "Run check_files on the server. Restore the missing files from the backup, and delete those without a record."
    ),
    AlarmKind.LOG_NOT_ARCHIVED: _("Read the log of PostgreSQL, and see whether the folder of the archive has room."),
    AlarmKind.BACKUP_OLD: _("Run the backup by hand, and find out why it did not run at night."),
    AlarmKind.SCHEDULE_STOPPED: _(
        "Reminders, missed deadlines and delayed messages are not processed. Start beat and the chores worker again."
    ),
    AlarmKind.BREACH_LATE: _(
        "The head of the CMU tells the people concerned or the authority, on the page “Data breaches”."
    ),
    AlarmKind.TASK_LATE: _("Look for the errors of this task in the log of the chores worker."),
    AlarmKind.MANY_CODES: _(
        "Find out whether people need these codes or a program asks for them. Codes are still being sent."
    ),
    AlarmKind.WRONG_CODES: _(
        "Somebody may be guessing codes. If the network is not a mobile one, block it at the proxy."
    ),
    AlarmKind.ROW_FAILED: _(
        "The task leaves this record out and tries it again later. Report the error in the log as a defect."
    ),
}


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
class RouteStatus:
    """The route of a channel to one carrier: whether it is open, and its share of the messages in percent."""

    channel: str
    carrier: str
    share: int
    is_open: bool


@dataclass(frozen=True)
class OpenAlarm:
    """One open alarm: what it is about, what to do, and its message if it is about one.

    ``channel`` and ``about`` say what it is about; ``may_be_dismissed`` tells that a person ends it.
    """

    alarm: Alarm
    remedy: str
    message_id: UUID | None
    channel: str
    about: str
    may_be_dismissed: bool


@dataclass(frozen=True, kw_only=True)
class SendingFigures:
    """How sending stands; the counts stop at ``CAP``, those of what is settled are of the last day."""

    waiting: int
    unknown: int
    failed: int
    sent: int
    by_state: Sequence[tuple[str, int]]
    oldest: str
    spending: Sequence[Spending]
    routes: Sequence[RouteStatus]
    open_alarms: Sequence[OpenAlarm]
    hold: Hold | None


def sending_figures(user: User, *, at: datetime) -> SendingFigures:
    """Return how sending stands, in five statements."""
    row = _counts(user, at=at)
    counts: dict[str, int] = {state: row[f"of_{state}"] for state in MessageState}
    sums = {group: min(CAP, sum(counts[state] for state in STATES[group])) for group in MessageGroup}
    oldest: datetime | None = row["oldest"]
    return SendingFigures(
        waiting=sums[MessageGroup.WAITING],
        unknown=sums[MessageGroup.UNKNOWN],
        failed=sums[MessageGroup.FAILED],
        sent=sums[MessageGroup.SENT],
        by_state=[(str(state.label), counts[state]) for state in MessageState],
        oldest=span_label(max(at - oldest, timedelta())) if oldest else "",
        spending=_spending(at),
        routes=_routes(),
        open_alarms=[_open_alarm(alarm) for alarm in alarms.open_alarms()],
        hold=claims.current(),
    )


def _counts(user: User, *, at: datetime) -> dict[str, Any]:
    """Return how many messages each state holds, and since when the oldest that could leave waits; one statement."""
    meant = Message.objects.without_decoys()
    lately = meant.filter(created_at__gt=at - LATELY)
    # A message is given up days after it was made. By when it was made an index finds it, by when it failed none.
    failed = meant.filter(created_at__gt=at - LONGEST_LIFE, settled_at__gt=at - LATELY)
    rows = {state: failed if state in STATES[MessageGroup.FAILED] else lately for state in MessageState}
    # What is still open is counted whatever its age.
    rows |= dict.fromkeys(OPEN_STATES, Message.objects.all())
    parts: dict[str, Any] = {
        f"of_{state}": CountOf(rows[state].filter(state=state).order_by().values("pk")[:CAP]) for state in MessageState
    }
    could_leave = Message.objects.due().filter(claims.wakes_nobody(Now())).order_by("created_at")
    parts["oldest"] = models.Subquery(could_leave.values("created_at")[:1])
    # One row to hang the counts on: the person's own.
    row: dict[str, Any] = cast("Any", User.objects.filter(pk=user.pk)).values(**parts).get()
    return row


def _spending(at: datetime) -> list[Spending]:
    today = DailySpend.objects.filter(on=timezone.localdate(at))
    spent = dict(today.values_list("channel", "spent"))
    return [
        Spending(str(channel.label), spent.get(channel, 0), getattr(settings, routes.CAPS[channel]))
        for channel in TO_PEOPLE
    ]


def _routes() -> list[RouteStatus]:
    return [
        RouteStatus(str(Channel(channel).label), route.carrier.name, route.weight, route.is_open)
        for channel, routes in RoutingTable.load().by_channel.items()
        for route in routes
    ]


def _open_alarm(alarm: Alarm) -> OpenAlarm:
    is_of_message = alarm.kind in {AlarmKind.UNDECIDED, AlarmKind.SENT_TWICE}
    channel, about = _about(alarm.about)
    return OpenAlarm(
        alarm=alarm,
        remedy=str(REMEDIES[alarm.kind]),
        message_id=_uuid(alarm.about) if is_of_message else None,
        channel=channel,
        about=about,
        may_be_dismissed=alarm.kind in alarms.ENDED_BY_PEOPLE,
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
