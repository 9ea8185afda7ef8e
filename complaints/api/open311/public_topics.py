"""Services of GeoReport v2: the topics that are marked public, and what each asks."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from agencies.models import QuestionKind, Topic, TopicQuestion
from agencies.models.topics import TopicQuerySet
from complaints.actions.answers import questions_for
from complaints.api.open311.answers import GeoReportError, Row, endpoint, row_answer, rows_answer
from complaints.api.open311.jurisdiction import require_jurisdiction
from complaints.workflow import Kind
from kit.languages import current_language

_TYPES: Final = {
    QuestionKind.LINE: "string",
    QuestionKind.DATE: "datetime",
    QuestionKind.CHOICE: "singlevaluelist",
}


@endpoint
@require_safe
def services(request: HttpRequest, *, form: str) -> HttpResponse:
    """List the services."""
    require_jurisdiction(request.GET)
    topics = public_topics().select_related("parent").order_by("parent__position", "position", "pk")
    asking = set(TopicQuestion.objects.filter(is_active=True).values_list("topic", flat=True))
    return rows_answer([_service(topic, asking) for topic in topics], form, outer="services", inner="service")


@endpoint
@require_safe
def service(request: HttpRequest, code: str, *, form: str) -> HttpResponse:
    """Return what a service asks."""
    require_jurisdiction(request.GET)
    topic = public_topic(code)
    asked = questions_for(topic, kind=Kind.COMPLAINT)
    definition = {"service_code": topic.code, "attributes": [_attribute(one) for one in asked]}
    return row_answer(definition, form, outer="service_definition")


def public_topics() -> TopicQuerySet:
    """Return the topics of which complaints are public."""
    return Topic.objects.filter(is_public=True, is_active=True, kinds__contains=[Kind.COMPLAINT])


def public_topic(code: str) -> Topic:
    """Return the public topic ``code``, or raise the error of the specification for another."""
    topic: Topic | None = public_topics().select_related("suggested_agency").filter(code=code).first()
    if topic is None:
        raise GeoReportError(HTTPStatus.NOT_FOUND, "service_code provided was not found")
    return topic


def _service(topic: Topic, asking: set[int]) -> Row:
    return {
        "service_code": topic.code,
        "service_name": topic.name,
        "description": topic.name,
        "metadata": topic.pk in asking or topic.parent_id in asking,
        "type": "realtime",
        "keywords": topic.parent.name if topic.parent else "",
        "group": topic.parent.name if topic.parent else "",
    }


def _attribute(question: TopicQuestion) -> Row:
    offered = question.options_en if current_language() == "en" else question.options_ar
    pairs = zip(question.options_en, offered, strict=True)
    return {
        "variable": True,
        "code": question.code,
        "datatype": _TYPES[QuestionKind(question.kind)],
        "required": question.is_required,
        "datatype_description": "",
        "order": question.position,
        "description": question.name,
        "values": [{"key": key, "name": name} for key, name in pairs],
    }
