"""Filing a case in one request: the forms of the three pages, the same limits, and the case once for each draft."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext
from ninja.responses import Status
from pydantic import BaseModel, Field

from accounts.api.access import HEADER, TAKES_KEY, Body, Code, Line, Text, form_data, once
from accounts.decorators import signed_in_citizen, signed_in_user
from agencies.models import Agency, TopicQuestion
from complaints.actions.answers import given_answers
from complaints.actions.filing import AlreadyFiled, DraftIncomplete, TooManyToday, file_draft, file_unsaved
from complaints.api.v1.acts import answer_data, answer_names
from complaints.api.v1.case_schemas import Words
from complaints.api.v1.cases import router
from complaints.api.v1.catalogue import KindCode
from complaints.api.v1.drafts import requesting_writer, save
from complaints.attachments.fields import uploader_key
from complaints.case_text.promise import holder_name, owed_on, owed_words
from complaints.case_text.timeline import citizen_status
from complaints.filing.agency_form import agency_view, offered_topic
from complaints.filing.drafting import draft_questions
from complaints.filing.forms import CheckStepForm, DetailsStepForm, governorates_named
from complaints.models import Case, Channel, Draft
from complaints.own_cases import TOO_MANY
from kit.compiled_reads import CompiledRead
from kit.problems import FieldProblem, Problem, require_valid


class NewCase(Body):
    """A case to file. ``draft`` brings its files along; answers are by the code of their question."""

    kind: KindCode
    draft: Annotated[str | None, Field(max_length=36)] = None
    agency: Annotated[Code, Field(description="The code of the agency; empty: the unit finds it")] = ""
    topic: Annotated[Code, Field(description="The code of the topic; needed where an agency is named")] = ""
    details: Text = ""
    subject: Annotated[Text, Field(description="Empty: made from the first words")] = ""
    governorate: Code = ""
    area: Line = ""
    place: Line = ""
    latitude: float | None = None
    longitude: float | None = None
    employee: Line = ""
    answers: dict[Annotated[str, Field(max_length=60)], Annotated[str, Field(max_length=400)]] = {}
    notify_by: Literal["sms", "email"] = "sms"
    hides_identity: bool = False
    seen: Annotated[str, Field(max_length=64, description="From the problem “unseen_preview”, once shown")] = ""


class Filed(BaseModel):
    """The receipt: the number of the case, and what is owed next by which day."""

    reference: str
    status: Words
    holder: Words
    owes: Words
    due_on: date | None


@router.post("/cases", tags=["filing"], response={201: Filed}, openapi_extra={**TAKES_KEY, "x-problems": [409]})
@once
def file_case(request: HttpRequest, body: NewCase) -> Status[Filed]:
    """File a case; the same draft files one case, however often it is sent."""
    at = timezone.now()
    draft = _draft(request, body, at=at)
    if isinstance(draft, Case):
        return Status(201, _filed(draft))
    data = form_data(body)
    chosen = _chosen(draft.kind, data, at=at)
    draft.agency, draft.agency_unknown, draft.topic = chosen["agency"], chosen["agency_unknown"], chosen["topic"]
    questions = draft_questions(draft)
    data |= answer_data(questions, data.pop("answers", {}))
    told, wishes = _forms(request, draft, data, questions, at=at)
    require_valid(told, wishes, names=answer_names(questions))
    words = told.words
    for name, value in words.items():
        setattr(draft, name, value)
    _require_seen(request, draft, wishes, questions)
    if draft.is_begun:
        save(draft, request, at=at, typed="", **chosen, **words)
    return Status(201, _filed(_send(request, draft, wishes, questions, at=at)))


def _draft(request: HttpRequest, body: NewCase, *, at: datetime) -> Draft | Case:
    """Return the draft to file, a new one where none is named, or the case that it has become."""
    if not body.draft:
        return Draft(kind=body.kind, **requesting_writer(request).owns())
    try:
        key = uuid.UUID(body.draft)
    except ValueError:
        raise _wrong("draft", "not_found", gettext("This draft no longer exists.")) from None
    filed = Case.objects.filter(submission=key, citizen=signed_in_citizen(request)).select_related("agency").first()
    if filed is not None:
        return filed
    draft = requesting_writer(request).drafts(at=at).filter(pk=key).select_related("agency", "topic").first()
    if draft is None:
        raise _wrong("draft", "not_found", gettext("This draft no longer exists."))
    draft.kind = body.kind
    return draft


def _chosen(kind: str, data: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """Return agency and topic by the rules of the page, whose form also reads names; raise ``Problem``."""
    code, topic_code = str(data.get("agency", "")), str(data.get("topic", ""))
    agency = _AGENCY.first(on=timezone.localdate(at), code=code) if code else None
    if code and agency is None:
        raise _wrong("agency", "invalid_choice", gettext("This is not one of the possible values."))
    topic = offered_topic(topic_code, kind, agency)
    if topic is None and (agency or topic_code):
        raise _wrong("topic", "invalid", gettext("Choose the topic that fits best"))
    return {"agency": agency, "agency_unknown": not code, "topic": topic}


def _wrong(name: str, code: str, text: str) -> Problem:
    return Problem("invalid", fields=[FieldProblem(name, code, text)])


_AGENCY: Final = CompiledRead(
    lambda _shape, *, on, code: Agency.objects.complainable(on=on).filter(code=code), is_prepared=True
)


def _forms(
    request: HttpRequest, draft: Draft, data: Mapping[str, Any], questions: list[TopicQuestion], *, at: datetime
) -> tuple[DetailsStepForm, CheckStepForm]:
    citizen, uploader = signed_in_citizen(request), uploader_key(signed_in_user(request))
    governorates = governorates_named(data.get("governorate", ""))
    told = DetailsStepForm(
        data, draft=draft, questions=questions, governorates=governorates, uploader=uploader, at=at, room=0
    )
    phone, email = citizen.offered_phone, citizen.confirmed_email
    return told, CheckStepForm({**data, "draft": str(draft.pk)}, phone=phone, email=email)


def _require_seen(request: HttpRequest, draft: Draft, wishes: CheckStepForm, questions: list[TopicQuestion]) -> None:
    """Raise ``Problem`` if the person wants to stay unnamed and has not seen this text as the agency will."""
    is_withheld = draft.topic is not None and draft.topic.withheld_from_agency
    if not wishes.cleaned_data["hides_identity"] or is_withheld:
        return
    view = agency_view(draft, signed_in_citizen(request), answers=given_answers(questions, draft.answers))
    if view.digest != wishes.cleaned_data["seen"]:
        answers = [f"{question}: {answer}" for question, answer in view.answers]
        texts = [view.subject, view.details, view.employee, view.area, view.place, *answers, *view.files]
        raise Problem("unseen_preview", preview=list(filter(None, texts)), seen=view.digest)


def _send(
    request: HttpRequest, draft: Draft, wishes: CheckStepForm, questions: list[TopicQuestion], *, at: datetime
) -> Case:
    for name, wish in wishes.wishes.items():
        setattr(draft, name, wish)
    way: Any = {"by": signed_in_user(request), "at": at, "language": get_language() or "ar", "channel": Channel.APP}
    try:
        if draft.is_begun:
            return file_draft(draft, **way)
        # With a key the whole request is one transaction, which an error takes back.
        return file_unsaved(draft, questions, savepoint=not request.headers.get(HEADER), **way)
    except (Draft.DoesNotExist, DraftIncomplete):
        raise Problem("overtaken") from None
    except TooManyToday:
        raise Problem("too_many", TOO_MANY) from None
    except AlreadyFiled as same:
        raise Problem("sent_already", reference=same.case.reference) from None


def _filed(case: Case) -> Filed:
    is_open = case.is_open
    return Filed(
        reference=case.reference,
        status=citizen_status(case).word,
        holder=holder_name(case) if is_open else "",
        owes=owed_words(case) if is_open else "",
        due_on=owed_on(case) if is_open else None,
    )
