"""What a person does about an own case: the forms, limits and actions of the pages."""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Literal

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext
from ninja import File, Form, Router
from ninja.files import UploadedFile
from ninja.responses import Status
from pydantic import Field

from accounts import rate_limits
from accounts.api.access import LONGEST, TAKES_KEY, Body, Line, Text, day_parts, form_data, once, signed_in
from accounts.decorators import signed_in_user
from complaints import actions
from complaints.actions.answers import questions_for
from complaints.actions.decisions import RemindedToday
from complaints.actions.objections import rate
from complaints.api.v1.case_schemas import Thread
from complaints.api.v1.cases import case_thread
from complaints.attachments.fields import UploadForm, uploader_key
from complaints.engine.transition import TransitionNotAllowed
from complaints.models import Case
from complaints.own_cases import (
    SENT_BY_ACCOUNT,
    AddForm,
    AmendForm,
    ObjectForm,
    RatingForm,
    ReplyForm,
    WithdrawForm,
    load_own_case,
    preview_unless_seen,
    room_for_files,
    try_action,
)
from complaints.permissions.policy import rating_window
from kit.problems import FieldProblem, Problem, require_valid

router = Router(tags=["acts"], auth=signed_in)

#: Every act can be overtaken, and is done once for each key.
ACT: dict[str, Any] = {**TAKES_KEY, "x-problems": [409]}

Files = Annotated[list[UploadedFile], File()]
type Act = Callable[..., object]
Seen = Annotated[str, Field(max_length=64, description="From the problem “unseen_preview”, once shown")]


class ObjectionBody(Body):
    """Why the answer is not accepted."""

    text: Text
    seen: Seen = ""


class WithdrawalBody(Body):
    """Why the case is withdrawn, if the person wants to say it."""

    because: Line = ""


class RatingBody(Body):
    """Whether the answer helped; ``count`` is that of the case's rating."""

    solved: Literal["yes", "partly", "no"]
    treated: Annotated[int | None, Field(ge=1, le=5)] = None
    text: Text = ""
    count: Annotated[int, Field(ge=0, le=1000)] = 0
    seen: Seen = ""


class CorrectionBody(Body):
    """The person's own words, as long as no agency has accepted the case; answers by the code of their question."""

    subject: Text
    details: Text
    area: Line = ""
    place: Line = ""
    answers: dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=400)]] = {}
    seen: Seen = ""


def _own(request: HttpRequest, reference: str, *, at: datetime) -> Case:
    return load_own_case(signed_in_user(request), reference, at=at)


def _do(form: forms.Form, action: Callable[[], object]) -> None:
    """Do ``action``, whose ``form`` is valid; raise ``Problem`` if it came too late or was too much."""
    if not try_action(form, action):
        require_valid(form)


def require_seen(case: Case, form: forms.Form, *names: str, seen: str) -> None:
    """Raise ``Problem`` with how the agency will read the fields ``names``, unless the person has seen just that."""
    preview = preview_unless_seen(case, form, *names, seen=seen)
    if preview is not None:
        raise Problem("unseen_preview", preview=list(preview.texts), seen=preview.digest)


def _done(request: HttpRequest, case: Case, *, at: datetime) -> Status[Thread]:
    return Status(201, case_thread(request, load_own_case(signed_in_user(request), case.reference, at=at), at=at))


# ---- with files ----


@router.post("/cases/{ref:reference}/replies", response={201: Thread}, openapi_extra=ACT)
@once
def reply_to_question(
    request: HttpRequest,
    reference: str,
    text: Annotated[str, Form(max_length=LONGEST)],
    seen: Annotated[str, Form(max_length=64)] = "",
    attachments: Files = [],  # noqa: B006 - ninja copies it
) -> Status[Thread]:
    """Answer the open question, with files."""
    return _send(request, reference, ReplyForm, actions.reply, text=text, seen=seen)


@router.post("/cases/{ref:reference}/additions", response={201: Thread}, openapi_extra=ACT)
@once
def add_to_case(
    request: HttpRequest,
    reference: str,
    text: Annotated[str, Form(max_length=LONGEST)],
    seen: Annotated[str, Form(max_length=64)] = "",
    attachments: Files = [],  # noqa: B006 - ninja copies it
) -> Status[Thread]:
    """Add information to an open case, with files."""
    return _send(request, reference, AddForm, actions.add, text=text, seen=seen)


def _send(
    request: HttpRequest,
    reference: str,
    form_class: type[UploadForm],
    act: Act,
    *,
    text: str,
    seen: str,
) -> Status[Thread]:
    # A file that came as a text would be lost without a word.
    refuse_unknown({*request.POST} - {"text", "seen"} | {*request.FILES} - {"attachments"})
    at, user = timezone.now(), signed_in_user(request)
    case = _own(request, reference, at=at)
    files = MultiValueDict({"attachments": request.FILES.getlist("attachments")})
    form = form_class({"text": text}, files, room=room_for_files(case), uploader=uploader_key(user), at=at)
    require_valid(form)
    require_seen(case, form, "text", seen=seen)
    _do(form, partial(act, case, by=user, at=at, text=form.cleaned_data["text"], attachments=form.taken))
    return _done(request, case, at=at)


# ---- without ----


@router.post("/cases/{ref:reference}/corrections", response={201: Thread}, openapi_extra=ACT)
@once
def correct_case(request: HttpRequest, reference: str, body: CorrectionBody) -> Status[Thread]:
    """Correct the own words before an agency has accepted the case."""
    at = timezone.now()
    case = _own(request, reference, at=at)
    questions = questions_for(case.topic, kind=case.kind)
    data = form_data(body) | answer_data(questions, body.answers)
    form = AmendForm(data, case=case, questions=questions)
    require_valid(form, names=answer_names(questions))
    require_seen(case, form, "subject", "details", "area", "place", seen=body.seen)
    _do(form, partial(actions.amend, case, by=signed_in_user(request), at=at, **form.words))
    return _done(request, case, at=at)


@router.post("/cases/{ref:reference}/objections", response={201: Thread}, openapi_extra=ACT)
@once
def object_to_answer(request: HttpRequest, reference: str, body: ObjectionBody) -> Status[Thread]:
    """Object to the answer: within fourteen days of it, and at most twice."""
    at = timezone.now()
    case, form = _own(request, reference, at=at), ObjectForm(form_data(body))
    require_valid(form)
    require_seen(case, form, "text", seen=body.seen)
    text = form.cleaned_data["text"]
    _do(form, partial(actions.object_to, case, by=signed_in_user(request), at=at, text=text))
    return _done(request, case, at=at)


@router.post("/cases/{ref:reference}/withdrawals", response={201: Thread}, openapi_extra=ACT)
@once
def withdraw_case(request: HttpRequest, reference: str, body: WithdrawalBody) -> Status[Thread]:
    """Withdraw the case for good."""
    at = timezone.now()
    case, form = _own(request, reference, at=at), WithdrawForm(form_data(body))
    require_valid(form)
    _do(form, partial(actions.withdraw, case, by=signed_in_user(request), at=at, **form.cleaned_data))
    return _done(request, case, at=at)


@router.post("/cases/{ref:reference}/ratings", response={201: Thread}, openapi_extra=ACT)
@once
def rate_answer(request: HttpRequest, reference: str, body: RatingBody) -> Status[Thread]:
    """Say whether the answer helped, or change what was said."""
    at, user = timezone.now(), signed_in_user(request)
    case = _own(request, reference, at=at)
    window = rating_window(case)
    form = RatingForm(form_data(body), kind=case.kind, count=window.count if window else 0)
    require_valid(form)
    require_seen(case, form, "text", seen=body.seen)
    rate_limits.spend(SENT_BY_ACCOUNT, str(user.pk), at=at)
    _do(form, partial(rate, case, by=user, at=at, **form.said))
    return _done(request, case, at=at)


# ---- a late case ----


@router.post("/cases/{ref:reference}/reminders", response={201: Thread}, openapi_extra=ACT)
@once
def remind_agency(request: HttpRequest, reference: str) -> Status[Thread]:
    """Remind the agency of a late case, once each working day."""
    return _ask(request, reference, actions.remind_agency)


@router.post("/cases/{ref:reference}/unit-requests", response={201: Thread}, openapi_extra=ACT)
@once
def ask_unit(request: HttpRequest, reference: str) -> Status[Thread]:
    """Ask the unit to step in, once the delay was reported to every level."""
    return _ask(request, reference, actions.ask_unit)


def _ask(request: HttpRequest, reference: str, act: Act) -> Status[Thread]:
    at = timezone.now()
    case = _own(request, reference, at=at)
    try:
        act(case, by=signed_in_user(request), at=at)
    except RemindedToday:
        text = gettext("You have already sent a reminder. You can send one each working day.")
        raise Problem("overtaken", text) from None
    except TransitionNotAllowed:
        raise Problem("overtaken") from None
    return _done(request, case, at=at)


# ---- answers to the questions of a topic ----


def refuse_unknown(names: Iterable[str]) -> None:
    """Raise ``Problem`` if there are ``names`` of fields that nothing asks for."""
    sentence = gettext("There is no field of this name.")
    fields = [FieldProblem(name, "unknown_field", sentence) for name in sorted(names)]
    if fields:
        raise Problem("invalid", fields=fields)


def answer_data(questions: Any, answers: dict[str, str]) -> dict[str, str]:
    """Return answers by the code of their question as the form reads them; a day is three boxes."""
    kinds = {question.code: question.kind for question in questions}
    refuse_unknown(f"answers.{code}" for code in answers if code not in kinds)
    data: dict[str, str] = {}
    for code, text in answers.items():
        name = f"answer-{code}"
        data |= day_parts(name, text) if kinds[code] == "date" else {name: text}
    return data


def answer_names(questions: Any) -> dict[str, str]:
    """Return by the names of the form's fields those that answers are sent by."""
    return {f"answer-{question.code}": f"answers.{question.code}" for question in questions}
