"""Filing by GeoReport v2: a form-encoded post with a key becomes a complaint of the program's contact person."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import rate_limits
from accounts.rate_limits import client_address
from agencies.models import Agency, Topic
from agencies.routing import owner_for
from complaints.actions import answers as topic_answers
from complaints.actions.filing import Filing, file
from complaints.api.open311.answers import GeoReportError, rows_answer
from complaints.api.open311.jurisdiction import require_jurisdiction
from complaints.api.open311.public_topics import public_topic
from complaints.filing import drafting
from complaints.filing.understanding import first_words
from complaints.models import Channel, ProgramCase, ProgramKey, TopicAnswer
from complaints.models.case import DETAILS_LENGTH
from complaints.models.coordinates import is_in_jordan
from complaints.workflow import Kind
from kit.forms import safe_text, without_turning

PLACE_LENGTH: Final = 200
#: GeoReport knows no key of a repetition: the same words at the same place within this time are one post, sent again.
REPEATED_WITHIN: Final = timedelta(hours=1)
#: Each complaint is a message to a desk.
FILED_PER_KEY: Final = rate_limits.RateLimit("open311_filed", 500, rate_limits.DAY)
WRONG_KEYS_PER_ADDRESS: Final = rate_limits.RateLimit("open311_wrong_key", 60, rate_limits.HOUR)


def file_request(request: HttpRequest, *, form: str) -> HttpResponse:
    """File what was posted and return its number; everything that is wrong is said at once, and nothing is written."""
    said, at = request.POST, timezone.now()
    key = _key(said, client_address(request), at=at)
    require_jurisdiction(said)
    topic = public_topic(said.get("service_code", ""))
    report = _read(said)
    answers = _answers(topic, said)
    rate_limits.spend(FILED_PER_KEY, str(key.pk), at=at)
    filed, notice = _filed_once(key, topic, report, answers, at=at)
    row = {
        "service_request_id": str(filed.case_id),
        "token": filed.token,
        "service_notice": notice,
        "account_id": "",
    }
    return rows_answer([row], form, outer="service_requests", inner="request", status=HTTPStatus.CREATED)


@dataclass(frozen=True)
class _Report:
    subject: str
    details: str
    place: str
    latitude: float | None
    longitude: float | None


def _key(said: Mapping[str, str], address: str, *, at: datetime) -> ProgramKey:
    rate_limits.require_room(WRONG_KEYS_PER_ADDRESS, address, at=at)
    text = said.get("api_key", "")
    if not text:
        raise GeoReportError(HTTPStatus.FORBIDDEN, "Missing api_key")
    found = drafting.find(text)
    if found is None:
        rate_limits.spend(WRONG_KEYS_PER_ADDRESS, address, at=at)
        raise GeoReportError(HTTPStatus.FORBIDDEN, "Invalid api_key")
    return found


def _read(said: Mapping[str, str]) -> _Report:
    details = _clean(said, "description", DETAILS_LENGTH)
    if not details:
        raise GeoReportError(HTTPStatus.BAD_REQUEST, "description is required: what happened, in words")
    place = _clean(said, "address_string", PLACE_LENGTH)
    latitude, longitude = _degrees(said)
    if latitude is None and not place:
        raise GeoReportError(HTTPStatus.BAD_REQUEST, "lat and long, or address_string, are required")
    return _Report(first_words(details), details, place, latitude, longitude)


def _clean(said: Mapping[str, str], name: str, longest: int) -> str:
    try:
        text = without_turning(safe_text(said.get(name, "").replace("\r\n", "\n"))).strip()
    except ValidationError:
        raise GeoReportError(HTTPStatus.BAD_REQUEST, f"{name} has characters that cannot be stored") from None
    if len(text) > longest:
        raise GeoReportError(HTTPStatus.BAD_REQUEST, f"{name} has at most {longest} characters")
    return text


def _degrees(said: Mapping[str, str]) -> tuple[float | None, float | None]:
    texts = said.get("lat", ""), said.get("long", "")
    if not any(texts):
        return None, None
    try:
        latitude, longitude = (float(text) for text in texts)
    except ValueError:
        raise GeoReportError(HTTPStatus.BAD_REQUEST, "lat and long are two numbers of degrees") from None
    if not is_in_jordan(latitude, longitude):
        raise GeoReportError(HTTPStatus.BAD_REQUEST, "lat and long are outside the jurisdiction")
    return latitude, longitude


def _answers(topic: Topic, said: Mapping[str, str]) -> list[TopicAnswer]:
    asked = topic_answers.questions_for(topic, kind=Kind.COMPLAINT)
    texts = {question.code: _clean(said, f"attribute[{question.code}]", PLACE_LENGTH) for question in asked}
    answers = topic_answers.given_answers(asked, texts)
    fitting = {answer.question_id for answer in answers}
    for question in asked:
        if question.pk not in fitting and (question.is_required or texts[question.code]):
            raise GeoReportError(HTTPStatus.BAD_REQUEST, f"attribute[{question.code}] is missing or does not fit")
    return answers


@transaction.atomic
def _filed_once(
    key: ProgramKey, topic: Topic, report: _Report, answers: list[TopicAnswer], *, at: datetime
) -> tuple[ProgramCase, str]:
    """Return what the post filed, or what the same post filed before, and a notice that says so.

    Locks the key, so that of two posts that come at once the second finds the case of the first.
    """
    ProgramKey.objects.select_for_update().get(pk=key.pk)
    same = {name: getattr(report, name) for name in ("details", "place", "latitude", "longitude")}
    before = {f"case__{name}": value for name, value in same.items()}
    found = ProgramCase.objects.filter(key=key, case__topic=topic, case__filed_at__gt=at - REPEATED_WITHIN, **before)
    if earlier := found.order_by("case").first():
        return earlier, "Already filed: this is the request of your earlier post with the same words and place"
    return _file(key, topic, report, answers, at=at), ""


def _file(key: ProgramKey, topic: Topic, report: _Report, answers: list[TopicAnswer], *, at: datetime) -> ProgramCase:
    """File the complaint, and keep which key it came by."""
    user = key.contact.user
    if user is None:
        raise GeoReportError(HTTPStatus.FORBIDDEN, "Invalid api_key")
    filing = Filing(
        citizen=key.contact,
        kind=Kind.COMPLAINT,
        topic=topic,
        agency=_agency(key, topic, report.place, at=at),
        subject=report.subject,
        details=report.details,
        place=report.place,
        latitude=report.latitude,
        longitude=report.longitude,
        answers=answers,
        notify_by=key.contact.offered_way,
        language=key.contact.language,
        channel=Channel.PROGRAM,
    )
    return ProgramCase.objects.create(case=file(filing, by=user, at=at), key=key, token=secrets.token_urlsafe(24))


def _agency(key: ProgramKey, topic: Topic, place: str, *, at: datetime) -> Agency | None:
    """Return the agency of the program where the topic suits it, or else the one that a rule names."""
    if key.agency is not None and topic.suits(key.agency):
        return key.agency
    return owner_for(topic, None, timezone.localdate(at), place=place)
