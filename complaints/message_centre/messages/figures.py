"""How sending stands: the counts, the spending of the day, the routes to the carriers, and the open alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrPromise

from accounts.models import User
from complaints.case_text.deadline import span_label
from complaints.message_centre.messages.listing import STATES, MessageGroup
from kit.counts import CountOf
from notifications import alarms
from notifications.models import (
    TO_PEOPLE,
    Alarm,
    AlarmKind,
    Channel,
    DailySpend,
    Hold,
    Message,
    MessageState,
)
from notifications.reconciliation.message_states import OPEN_STATES
from notifications.sending import hold, quiet_hours, spending
from notifications.sending.routes import RoutingTable

#: Counts stop here, so that a full outbox costs what an empty one does.
CAP: Final = 9_999
#: What is settled is counted for this span; what is open is counted whatever its age.
LATELY: Final = timedelta(days=1)
#: Longer than any message lives before it has arrived or failed.
LONGEST_LIFE: Final = timedelta(days=14)

#: What an operator does about each alarm; the runbook says more.
REMEDIES: Final[Mapping[str, StrPromise]] = {
    AlarmKind.ROUTE_STOPPED: gettext_lazy(
        "Check the account, its password and its balance with the carrier. We test the line with one message every ten "
        "minutes."
    ),
    AlarmKind.CAP_REACHED: gettext_lazy(
        "Find out why so much was sent. Codes and urgent messages are still sent. The others wait until midnight, or "
        "until the cap in the settings is raised."
    ),
    AlarmKind.ON_HOLD: gettext_lazy(
        "Make sure that this is the live database of the service and not a copy. Then resume sending."
    ),
    AlarmKind.UNDECIDED: gettext_lazy(
        "Open the message, look for it in the carrier's own list, and record what you found."
    ),
    AlarmKind.SENT_TWICE: gettext_lazy(
        "The recipient may have received it twice. Keep a record of the attempts and ask the carrier why."
    ),
    AlarmKind.QUEUE_OLD: gettext_lazy(
        "Check whether the senders are running, and whether a line has stopped or a cap has been reached."
    ),
    AlarmKind.LISTS_DIFFER: gettext_lazy(
        "Check the comparison of that day against the carrier's list, and explain every message that differs."
    ),
    AlarmKind.STORAGE_FULL: gettext_lazy(
        "Make room on the disk of the attachments. Until then no files can be added, and everything else works."
    ),
    AlarmKind.FILES_DIFFER: gettext_lazy(
        "Run check_files on the server. Restore the missing files from the backup, and delete those without a record."
    ),
    AlarmKind.LOG_NOT_ARCHIVED: gettext_lazy(
        "Read the log of PostgreSQL, and see whether the folder of the archive has room."
    ),
    AlarmKind.BACKUP_OLD: gettext_lazy("Run the backup by hand, and find out why it did not run at night."),
    AlarmKind.SCHEDULE_STOPPED: gettext_lazy(
        "Reminders, missed deadlines and delayed messages are not processed. Start beat and the chores worker again."
    ),
    AlarmKind.BREACH_LATE: gettext_lazy(
        "The head of the CMU tells the people concerned or the authority, on the page “Data breaches”."
    ),
    AlarmKind.TASK_LATE: gettext_lazy("Look for the errors of this task in the log of the chores worker."),
    AlarmKind.MANY_CODES: gettext_lazy(
        "Find out whether people need these codes or a program asks for them. Codes are still being sent."
    ),
    AlarmKind.WRONG_CODES: gettext_lazy(
        "Somebody may be guessing codes. If the network is not a mobile one, block it at the proxy."
    ),
    AlarmKind.ROW_FAILED: gettext_lazy(
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
        hold=hold.current(),
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
    could_leave = Message.objects.due().filter(quiet_hours.wakes_nobody(Now())).order_by("created_at")
    parts["oldest"] = models.Subquery(could_leave.values("created_at")[:1])
    # One row to hang the counts on: the person's own.
    row: dict[str, Any] = cast("Any", User.objects.filter(pk=user.pk)).values(**parts).get()
    return row


def _spending(at: datetime) -> list[Spending]:
    today = DailySpend.objects.filter(on=timezone.localdate(at))
    spent = dict(today.values_list("channel", "spent"))
    return [
        Spending(str(channel.label), spent.get(channel, 0), getattr(settings, spending.CAPS[channel]))
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
