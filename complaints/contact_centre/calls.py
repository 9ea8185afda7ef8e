"""Calls to people whom no message reached, or who did not answer one."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Avg, Count, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from django_stubs_ext import StrPromise

from accounts.contact import citizen_key, staff_key
from accounts.decorators import signed_in_user, staff_required
from accounts.identity import disclosure
from accounts.identity.disclosure import CaseMark, record_view
from accounts.models import Citizen, User, ViewKind
from accounts.roles import CMU, CONTACT_CENTRE
from accounts.sign_in.factors import recent_factor_required
from complaints.case_text import messages as delivery_status
from complaints.case_text.messages import message_name
from complaints.contact_centre.menu import OVERSEERS
from complaints.models import TAKEN_DOWN, Case, CentreContact, Channel as models_Channel, ContactResult
from complaints.staff.frame import frame
from notifications import actions, addresses
from notifications.actions import CallIsDone
from notifications.models import CallOutcome, CallTask, Channel, Verdict

# ---- The calls to make: whom to call, what to say, and how the calls of today went. ----


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
    return addresses.address_key(Channel.SMS, call.citizen.phone)[:16] if call.citizen else ""


def finish(call: Call, *, outcome: CallOutcome, by: User, at: datetime) -> None:
    """Record how the call went; a wrong number is written to no more. Raises ``CallIsDone``."""
    with transaction.atomic():
        actions.finish(call.task, outcome=outcome, by=staff_key(by.pk), at=at)
        if outcome == CallOutcome.WRONG_NUMBER and call.citizen is not None:
            # The message may have been an e-mail: the number that was called is the person's.
            addresses.record(Channel.SMS, call.citizen.phone, Verdict.STRANGER, code="call")


# ---- What an agent says on a call, sentence by sentence, in the language of the person. ----


_PROOF: Final = _("So that I may write it down: what are the last 4 digits of the mobile number in your account?")
#: What is asked after the message was said, by the subject of the call.
_QUESTIONS: Final[dict[str, Sequence[StrPromise]]] = {
    "satisfaction": (
        _("May I ask you three short questions about it? You do not have to answer."),
        _PROOF,
        _("Is the matter solved: yes, partly or no?"),
        _("How were you treated: very badly, badly, neither well nor badly, well or very well?"),
        _("Is there anything you want to add? I write it down in your own words."),
        _("If you do not accept the answer, I can write down your objection now."),
    ),
    "reminders": (
        _("I can read the question to you and write your answer down now."),
        _PROOF,
        _("If you have no time now, you can answer on the page of your case after signing in."),
    ),
}


def call_script(call: Call) -> list[str]:
    """Return what to say: a greeting that asks for the person, what the message says, the questions, and thanks."""
    template = call.task.message.template
    subject = next((name for name, subject in SUBJECTS.items() if template in subject.templates), "")
    with translation.override(call.task.message.language):
        name = f"\u2068{call.citizen.short_name}\u2069" if call.citizen else ""
        greeting = gettext("Good day. This is the contact centre of At Your Service. Am I speaking with %(name)s?")
        questions = [str(question) for question in _QUESTIONS.get(subject, ())]
        return [greeting % {"name": name}, text_to_say(call), *questions, gettext("Thank you for your time. Goodbye.")]


# ---- The calls of the contact centre: whom to call, showing the number, which is recorded, and how the call went. ----


logger = logging.getLogger(__name__)

CALLERS = CONTACT_CENTRE | CMU
_RESULT_TEXTS = {
    CallOutcome.REACHED: _("You reached the person. The call is done."),
    CallOutcome.NO_ANSWER: _("No one answered. The call stays in the list."),
    CallOutcome.WRONG_NUMBER: _(
        "You recorded that the number belongs to someone else. We no longer send messages to it."
    ),
}


@staff_required(CALLERS)
@require_safe
def calls_page(request: HttpRequest) -> HttpResponse:
    """Show the calls to make, the oldest first, and those of today that are done."""
    user, at = signed_in_user(request), timezone.now()
    after = request.GET.get("after", "")
    asked = request.GET.get("about", "")
    about = asked if asked in SUBJECTS else ""
    page = open_calls(user, after=after, about=about)
    context = {
        "about": about,
        "all_shown": not about,
        "subjects": [(name, subject.label) for name, subject in SUBJECTS.items()],
        "calls": page.calls,
        "done": done_today(user, at=at),
        "next": f"?about={about}&after={page.next}" if page.next else "",
        "first": f"?about={about}" if after else "",
        "answers_callers": user.authority(at).has(CONTACT_CENTRE),
        **frame(user, at=at, counts={"calls": count_open(user)}),
    }
    return render(request, "complaints/contact_centre/calls/calls.html", context)


@staff_required(CALLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def call_page(request: HttpRequest, call: int) -> HttpResponseBase:
    """Show one call: who it is and what to say; take the wish to see the number, and how the call went."""
    user = signed_in_user(request)
    made = with_person(get_object_or_404(tasks_for(user), pk=call))
    if request.method != "POST":
        if made.citizen:
            reference = made.task.message.reference
            record_view(made.citizen, viewer=user, kind=ViewKind.CALL, about=CaseMark(reference), at=timezone.now())
        return _page(request, made)
    return _show(request, made) if "show" in request.POST else _finish(request, made)


@recent_factor_required()
def _show(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Show the number once, after a recent second factor as every identity.

    The answer is not redirected, since what it shows is nowhere kept.
    """
    if call.task.done_at is not None:
        return _page(request, call, status=409)
    phone = reveal_phone(call, viewer=signed_in_user(request), at=timezone.now())
    return _page(request, call, phone=phone)


def _finish(request: HttpRequest, call: Call) -> HttpResponse:
    user, outcome = signed_in_user(request), request.POST.get("outcome", "")
    if outcome not in CallOutcome:
        raise Http404
    if request.POST.get("tries") != str(call.task.tries):
        return _page(request, call, status=409)
    if outcome == CallOutcome.WRONG_NUMBER and request.POST.get("mark", "") != number_mark(call):
        # The person has proven another number meanwhile: that one is nobody else's.
        return _page(request, call, status=409, is_renumbered=True)
    try:
        finish(call, outcome=CallOutcome(outcome), by=user, at=timezone.now())
    except CallIsDone:
        call.task.refresh_from_db(fields=["tries", "tried_at", "done_at", "done_by", "outcome"])
        return _page(request, call, status=409)
    logger.info("a call was made", extra={"call_id": call.task.pk, "user_id": str(user.pk), "outcome": outcome})
    messages.success(request, _RESULT_TEXTS[CallOutcome(outcome)])
    return redirect("calls")


def _page(request: HttpRequest, call: Call, *, status: int = 200, **context: Any) -> HttpResponse:
    agent = signed_in_user(request)
    around = {
        "call": call,
        "answers_callers": agent.authority(timezone.now()).has(CONTACT_CENTRE),
        "mark": number_mark(call),
        "script": call_script(call),
        "is_overtaken": status != HTTPStatus.OK,
    }
    return render(
        request,
        "complaints/contact_centre/calls/call.html",
        {**around, **context, **frame(agent, at=timezone.now())},
        status=status,
    )


# ---- How many contacts a day had, of which agents, by which channel, with which result, and how long they took. ----


#: Contacts listed one by one, the newest.
MOST_LISTED: Final = 50
#: The length of those that an agent ended; what ended by itself lasted nobody knows how long.
_FIGURES: Final[dict[str, Any]] = {
    "total": Count("pk"),
    **{f"of_{result.value}": Count("pk", filter=Q(result=result)) for result in ContactResult},
    "unproven": Count("pk", filter=Q(proven_at=None)),
    "length": Avg(F("ended_at") - F("started_at"), filter=Q(ended_at__gt=F("started_at"))),
}


@dataclass(frozen=True)
class ContactFigures:
    """Contacts by result, those in which nobody was proven, and the average length in minutes, if it is known."""

    total: int
    by_result: Sequence[int]
    unproven: int
    minutes: int | None


@dataclass(frozen=True)
class CentreDay:
    """One day: the agents with their figures, all of them together, the channels, and the newest contacts."""

    on: date
    agents: Sequence[tuple[User, ContactFigures]]
    whole: ContactFigures
    channels: Sequence[tuple[str, int]]
    newest: Sequence[CentreContact]


def centre_day(day: date, *, agent: User | None = None) -> CentreDay:
    """Return the figures of ``day``, of all agents or of one; five statements, however many contacts there were."""
    found = _contacts_on(day, agent=agent)
    rows: list[Any] = list(found.order_by().values("agent").annotate(**_FIGURES))
    rows.sort(key=lambda row: (-row["total"], str(row["agent"])))
    agents = User.objects.in_bulk([row["agent"] for row in rows])
    counted = dict(found.order_by().values_list("channel").annotate(count=Count("pk")))
    return CentreDay(
        on=day,
        agents=[(agents[row["agent"]], _figures(row)) for row in rows],
        whole=_figures(found.aggregate(**_FIGURES)),
        channels=[
            (CentreContact(channel=one).came_as, counted.get(one.value, 0)) for one in map(models_Channel, TAKEN_DOWN)
        ],
        newest=list(found.select_related("agent").order_by("-started_at", "-pk")[:MOST_LISTED]),
    )


def _contacts_on(day: date, *, agent: User | None) -> QuerySet[CentreContact]:
    """Return the contacts that began on ``day`` in Amman."""
    begins = datetime.combine(day, time(), tzinfo=timezone.get_current_timezone())
    ends = datetime.combine(day + timedelta(days=1), time(), tzinfo=timezone.get_current_timezone())
    found = CentreContact.objects.filter(started_at__gte=begins, started_at__lt=ends)
    return found.filter(agent=agent) if agent else found


def _figures(row: dict[str, Any]) -> ContactFigures:
    length: timedelta | None = row["length"]
    return ContactFigures(
        total=row["total"],
        by_result=[row[f"of_{result.value}"] for result in ContactResult],
        unproven=row["unproven"],
        minutes=None if length is None else max(1, round(length.total_seconds() / 60)),
    )


# ---- The page of one day: supervisors and the unit see all agents, an agent the own calls. ----


@staff_required(CONTACT_CENTRE | CMU)
@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """Show the contacts of the day in ``on``, or of today where that is no day or lies ahead."""
    user, at = signed_in_user(request), timezone.now()
    today = timezone.localdate(at)
    chosen = min(_day(request.GET.get("on", "")) or today, today)
    sees_all = user.authority(at).has(OVERSEERS)
    context = {
        "centre": centre_day(chosen, agent=None if sees_all else user),
        "results": [result.label for result in ContactResult],
        "sees_all": sees_all,
        "before": chosen - timedelta(days=1),
        "after": chosen + timedelta(days=1) if chosen < today else None,
        **frame(user, at=at),
    }
    return render(request, "complaints/contact_centre/day/day.html", context)


def _day(text: str) -> date | None:
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        return None
    # Nothing was before the service.
    return chosen if chosen.year >= 2000 else None  # noqa: PLR2004 - a year
