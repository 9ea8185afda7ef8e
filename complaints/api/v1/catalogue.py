"""What a case can be, whom it can be for and where: the same for everybody, with an ETag."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Annotated, Any, Literal

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from ninja import Query, Router
from ninja.decorators import decorate_view
from pydantic import BaseModel, Field

from agencies.models import Agency, City, Governorate, Topic, TopicQuestion
from complaints.case_text.kinds import WORDS
from complaints.models import NotifyBy
from complaints.workflow import Kind, WithdrawalReason
from kit.problems import Problem

router = Router(tags=["catalogue"])

KindCode = Literal["complaint", "suggestion", "inquiry", "praise"]
type View = Callable[..., HttpResponseBase]

#: Languages, ETags and a short life in caches of everybody.
_CACHED = "public, max-age=60"


def with_etag(view: View) -> View:
    """Answer 304 to whoever has the content already."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = view(request, *args, **kwargs)
        if not isinstance(answer, HttpResponse) or answer.status_code != HttpResponse.status_code:
            return answer
        answer.headers["ETag"] = etag = f'"{sha256(answer.content).hexdigest()[:32]}"'
        answer.headers["Cache-Control"] = _CACHED
        return get_conditional_response(request, etag=etag, response=answer) or answer

    return wrapper


class CodeAndName(BaseModel):
    """Something to choose: its code, and its name in the language of the request."""

    code: str
    name: str


class KindChoice(CodeAndName):
    """A kind of case with the texts of its form."""

    example: str
    question: str
    hint: str


class Kinds(BaseModel):
    """The kinds of case, and the other lists of the forms."""

    items: list[KindChoice]
    notify_by: list[CodeAndName]
    withdrawal_reasons: list[CodeAndName]


class AgencyChoice(CodeAndName):
    """An agency that takes cases."""

    short_name: str
    sector: str


class Agencies(BaseModel):
    """The agencies that take cases today."""

    items: list[AgencyChoice]


class QuestionRow(CodeAndName):
    """A question of a topic; ``options`` are the answers of a choice, by the code that is sent."""

    hint: str
    kind: Annotated[str, Field(description="line, date or choice")]
    is_required: bool
    is_personal: bool
    options: list[CodeAndName]


class TopicChoice(CodeAndName):
    """A topic, with what it asks for and what it hides."""

    place_required: bool
    hides_identity: bool
    withheld_from_agency: bool
    questions: list[QuestionRow]


class TopicGroup(CodeAndName):
    """Topics that stand together; its questions are asked with those of each topic."""

    questions: list[QuestionRow]
    topics: list[TopicChoice]


class Topics(BaseModel):
    """The topics offered for a kind of case."""

    items: list[TopicGroup]


class GovernorateChoice(CodeAndName):
    """A governorate with the names of its areas."""

    areas: list[str]


class Governorates(BaseModel):
    """The governorates in their order."""

    items: list[GovernorateChoice]


@router.get("/kinds", response={200: Kinds, 304: None})
@decorate_view(with_etag)
def list_kinds(request: HttpRequest) -> Kinds:
    """List the kinds of case with the texts of their forms."""
    kinds = [
        KindChoice(
            code=Kind(code).value,
            name=str(words.noun),
            example=str(words.example),
            question=str(words.question),
            hint=str(words.hint),
        )
        for code, words in WORDS.items()
    ]
    return Kinds(items=kinds, notify_by=_choices(NotifyBy), withdrawal_reasons=_choices(WithdrawalReason))


def _choices(values: Any) -> list[CodeAndName]:
    return [CodeAndName(code=one.value, name=str(one.label)) for one in values]


@router.get("/agencies", response={200: Agencies, 304: None})
@decorate_view(with_etag)
def list_agencies(request: HttpRequest) -> Agencies:
    """List the agencies that take cases today."""
    found = Agency.objects.complainable(on=timezone.localdate()).order_by("code")
    rows = [AgencyChoice(code=one.code, name=one.name, short_name=one.short_name, sector=one.sector) for one in found]
    return Agencies(items=rows)


@router.get("/topics", response={200: Topics, 304: None}, openapi_extra={"x-problems": [404]})
@decorate_view(with_etag)
def list_topics(
    request: HttpRequest,
    kind: KindCode,
    agency: Annotated[str, Query(max_length=60, pattern=r"^[A-Za-z0-9_-]*$", description="The code of an agency")] = "",
) -> Topics:
    """List the topics offered for a kind of case, of one agency or of all."""
    chosen = None
    if agency:
        chosen = Agency.objects.complainable(on=timezone.localdate()).filter(code=agency).first()
        if chosen is None:
            raise Problem("not_found")
    asked = Prefetch("questions", queryset=TopicQuestion.objects.filter(is_active=True))
    groups = Topic.objects.offered(kind=kind, agency=chosen).prefetch_related(
        asked, Prefetch("children__questions", queryset=TopicQuestion.objects.filter(is_active=True))
    )
    return Topics(items=[_group(group, kind) for group in groups])


def _group(group: Topic, kind: str) -> TopicGroup:
    topics = [
        TopicChoice(
            code=topic.code,
            name=topic.name,
            place_required=topic.place_required and kind == Kind.COMPLAINT,
            hides_identity=topic.hides_identity,
            withheld_from_agency=topic.withheld_from_agency,
            questions=_questions(topic, kind),
        )
        for topic in group.children.all()
    ]
    return TopicGroup(code=group.code, name=group.name, questions=_questions(group, kind), topics=topics)


def _questions(topic: Topic, kind: str) -> list[QuestionRow]:
    return [
        QuestionRow(
            code=one.code,
            name=one.name,
            hint=one.hint,
            kind=one.kind,
            is_required=one.is_required,
            is_personal=one.is_personal,
            options=[CodeAndName(code=code, name=name) for code, name in one.options.items()],
        )
        for one in topic.questions.all()
        if not one.kinds or kind in one.kinds
    ]


@router.get("/governorates", response={200: Governorates, 304: None})
@decorate_view(with_etag)
def list_governorates(request: HttpRequest) -> Governorates:
    """List the governorates and the areas within them."""
    areas = Prefetch("cities", queryset=City.objects.filter(is_active=True))
    found = Governorate.objects.prefetch_related(areas)
    rows = [
        GovernorateChoice(code=one.code, name=one.name, areas=sorted(city.name for city in one.cities.all()))
        for one in found
    ]
    return Governorates(items=rows)
