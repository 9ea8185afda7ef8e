"""The calls to make: whom to call, what to say, and how the calls of today went."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.contact.recipients import citizen_key, staff_key
from accounts.identity import disclosure
from accounts.models import Citizen, User
from complaints.case_text import delivery_status
from complaints.case_text.message_names import message_name
from complaints.models import Case
from notifications.actions import call_tasks
from notifications.addresses import address_status
from notifications.models import CallOutcome, CallTask, Channel, Verdict

#: Calls of one page; one more is fetched, to know whether there is a next page.
PAGE: Final = 25
#: Calls to make are counted up to here, for the menu.
CAP: Final = 100
#: Calls of today shown at most, the newest.
MOST_DONE: Final = 50
#: What an agent needs to call somebody.
FIELDS: Final = ("phone",)
#: Why the number was looked at; the task is the reason, so that nobody types one.
REASON: Final = "call: a message did not arrive"


@dataclass(frozen=True)
class Call:
    """One call: the task, what its message tells, and the person, where the message was a citizen's."""

    task: CallTask
    name: str
    citizen: Citizen | None
    done_by: str = ""


class CallSubject(NamedTuple):
    """Calls about the same: how they are called, and the messages that did not arrive."""

    label: StrPromise
    templates: frozenset[str]


#: What calls are about that are worked one after the other.
SUBJECTS: Final = {
    "satisfaction": CallSubject(_("Satisfaction"), frozenset({"case_rating"})),
    "reminders": CallSubject(_("Questions and reminders"), frozenset({"case_question", "case_reminder"})),
}


@dataclass(frozen=True)
class CallPage:
    """One page of calls to make, and the number the next one starts after (empty on the last)."""

    calls: Sequence[Call]
    next: str


def open_calls(user: User, *, after: str = "", about: str = "") -> CallPage:
    """Return a page of the calls to make, the oldest first, in two statements; ``about`` is one of ``SUBJECTS``."""
    rows = tasks_for(user).filter(done_at__isnull=True).order_by("pk")
    if about in SUBJECTS:
        rows = rows.filter(message__template__in=SUBJECTS[about].templates)
    # Tasks are numbered as they are made.
    if re.fullmatch(r"[0-9]{1,18}", after):
        rows = rows.filter(pk__gt=int(after))
    tasks = list(rows[: PAGE + 1])
    more = str(tasks[PAGE - 1].pk) if len(tasks) > PAGE else ""
    return CallPage(_calls(tasks[:PAGE], {}), more)


def count_open(user: User) -> int:
    """Return how many calls are to be made, up to ``CAP``."""
    return tasks_for(user).filter(done_at__isnull=True)[:CAP].count()


def done_today(user: User, *, at: datetime) -> list[Call]:
    """Return the calls that ended today, the newest first, with who made them, in three statements."""
    morning = datetime.combine(timezone.localdate(at), time(), tzinfo=timezone.get_current_timezone())
    tasks = list(tasks_for(user).filter(done_at__gte=morning).order_by("-done_at", "-pk")[:MOST_DONE])
    keys = {key for task in tasks if (key := _person_key(task.done_by)) is not None}
    agents = User.objects.filter(pk__in=keys)
    return _calls(tasks, {staff_key(agent.pk): agent.name for agent in agents})


def tasks_for(user: User) -> QuerySet[CallTask]:
    """Return the calls ``user`` may make: none to the own person, and none about a case that is about them."""
    tasks = CallTask.objects.select_related("message").defer(*(f"message__{name}" for name in delivery_status.SEALED))
    tasks = tasks.exclude(message__reference__in=Case.objects.own_or_recused(user).values("reference"))
    return tasks.exclude(message__recipient=citizen_key(user.person_id)) if user.person_id else tasks


def with_person(task: CallTask) -> Call:
    """Return one call with its person; one statement."""
    return _calls([task], {})[0]


def _calls(tasks: Iterable[CallTask], agents: Mapping[str, str]) -> list[Call]:
    found = [(task, _person_key(task.message.recipient)) for task in tasks]
    people = Citizen.objects.in_bulk([key for _, key in found if key is not None])
    return [
        Call(task, message_name(task.message), people.get(key) if key else None, agents.get(task.done_by, ""))
        for task, key in found
    ]


def _person_key(recipient: str) -> UUID | None:
    """Return the key of the person in ``citizen:…`` or ``user:…``."""
    try:
        return UUID(recipient.partition(":")[2])
    except ValueError:
        return None


# ---- what an agent says and does ----


def text_to_say(call: Call) -> str:
    """Return what the message says without its link or mark, which nobody can read out."""
    message = call.task.message
    words = message.body
    if message.token:
        words = re.sub(rf"\S*{re.escape(message.token)}(?!\w)", "", words)
    lines = [_LEFT_OVER.sub("", line.strip()) for line in words.strip().splitlines()]
    return "\n".join(line for line in lines if line)


_ENDS: Final = ".?!\N{ARABIC QUESTION MARK}"
#: What announced a link at the end of a line: "Read it: ".
_LEFT_OVER: Final = re.compile(rf"(?:(?<=[{_ENDS}])\s*|^)[^{_ENDS}]*:$|\s*:$")


def reveal_phone(call: Call, *, viewer: User, at: datetime) -> str:
    """Return the number to call, and write down that ``viewer`` saw it; empty where there is no person."""
    if call.citizen is None:
        return ""
    about = disclosure.CaseMark(call.task.message.reference)
    shown = disclosure.reveal(call.citizen, viewer=viewer, about=about, fields=FIELDS, reason=REASON, at=at)
    return shown["phone"]


def number_mark(call: Call) -> str:
    """Return a mark that changes with the number to call, and reveals nothing of it."""
    return address_status.address_key(Channel.SMS, call.citizen.phone)[:16] if call.citizen else ""


def finish(call: Call, *, outcome: CallOutcome, by: User, at: datetime) -> None:
    """Record how the call went; a wrong number is written to no more. Raises ``CallIsDone``."""
    with transaction.atomic():
        call_tasks.finish(call.task, outcome=outcome, by=staff_key(by.pk), at=at)
        if outcome == CallOutcome.WRONG_NUMBER and call.citizen is not None:
            # The message may have been an e-mail: the number that was called is the person's.
            address_status.record(Channel.SMS, call.citizen.phone, Verdict.STRANGER, code="call")
