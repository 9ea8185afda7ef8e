"""Requests of GeoReport v2: what everybody may read of complaints about public topics.

No person, no word of anybody and no file: the topic, the agency, the days, where it stands, and the place within about
a kilometre. Whoever stays unnamed is not listed at all. A request is named by the key of its case, which opens nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from complaints.api.open311.answers import GeoReportError, Row, endpoint, rows_answer
from complaints.api.open311.filing import file_request
from complaints.api.open311.jurisdiction import require_jurisdiction
from complaints.api.open311.public_topics import public_topics
from complaints.models import Case, ProgramCase
from complaints.workflow import Kind, Outcome, State
from kit.link_pages import opened_by_link
from kit.sent_numbers import sent_number

#: The bounds of the specification: at most 90 days, and the newest 1000.
SPAN: Final = timedelta(days=90)
MOST: Final = 1000
#: Years of the moments that are understood.
EARLIEST, LATEST = 2000, 2100
#: Decimals of a degree: about a kilometre.
DECIMALS: Final = 2
_STATUSES: Final = {"open", "closed"}


@endpoint
def requests(request: HttpRequest, *, form: str) -> HttpResponse:
    """List requests, or file one that was posted."""
    if request.method == "POST":
        return file_request(request, form=form)
    if request.method not in {"GET", "HEAD"}:
        raise GeoReportError(HTTPStatus.METHOD_NOT_ALLOWED, "Use GET or POST")
    require_jurisdiction(request.GET)
    found = _filtered(request.GET, at=timezone.now())
    return rows_answer([_row(case) for case in found], form, outer="service_requests", inner="request")


@endpoint
def one_request(request: HttpRequest, key: str, *, form: str) -> HttpResponse:
    """Return one request; a case that is not public is not found, as one that does not exist."""
    require_jurisdiction(request.GET)
    found = _public().filter(pk__in=_keys(key))
    if not found:
        raise GeoReportError(HTTPStatus.NOT_FOUND, "service_request_id provided was not found")
    return rows_answer([_row(case) for case in found], form, outer="service_requests", inner="request")


@opened_by_link
@endpoint
def token(request: HttpRequest, token: str, *, form: str) -> HttpResponse:
    """Return the request that a token of the answer to a post stands for."""
    require_jurisdiction(request.GET)
    found = ProgramCase.objects.filter(token=token).first()
    if found is None:
        raise GeoReportError(HTTPStatus.NOT_FOUND, "token provided was not found")
    row = {"service_request_id": str(found.case_id), "token": token}
    return rows_answer([row], form, outer="service_requests", inner="request")


def _public() -> QuerySet[Case]:
    """Return the cases that are public: complaints about public topics, whose people neither hide nor were erased."""
    cases = Case.objects.filter(topic__in=public_topics(), kind=Kind.COMPLAINT, hides_identity=False, erased_at=None)
    return cases.select_related("topic", "agency", "governorate").defer("details", "folded", "search_vector")


def _filtered(said: Mapping[str, str], *, at: datetime) -> list[Case]:
    cases = _public().order_by("-filed_at", "-pk")
    if keys := said.get("service_request_id", ""):
        return list(cases.filter(pk__in=_keys(keys))[:MOST])
    start, end = _span(said, at=at)
    cases = cases.filter(filed_at__gte=start, filed_at__lte=end)
    if codes := said.get("service_code", ""):
        cases = cases.filter(topic__code__in=codes.split(",")[:MOST])
    if statuses := said.get("status", ""):
        wanted = set(statuses.split(","))
        if not wanted <= _STATUSES:
            raise GeoReportError(HTTPStatus.BAD_REQUEST, "status is open, closed, or both with a comma")
        if len(wanted) == 1:
            cases = cases.filter(state=State.CLOSED) if "closed" in wanted else cases.exclude(state=State.CLOSED)
    return list(cases[:MOST])


def _span(said: Mapping[str, str], *, at: datetime) -> tuple[datetime, datetime]:
    """Return from when to when: 90 days at most, which end at the end asked for, or begin at the start alone."""
    start, end = (_moment(said.get(name, ""), name) for name in ("start_date", "end_date"))
    if start and end and not timedelta() <= end - start <= SPAN:
        raise GeoReportError(HTTPStatus.BAD_REQUEST, "end_date is after start_date, by at most 90 days")
    if start and end:
        return start, end
    if start:
        return start, start + SPAN
    end = end or at
    return end - SPAN, end


def _moment(text: str, name: str) -> datetime | None:
    if not text:
        return None
    try:
        found = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        found = None
    if found is None or not EARLIEST <= found.year <= LATEST:
        raise GeoReportError(HTTPStatus.BAD_REQUEST, f"{name} is a moment such as 2026-11-28T10:00:00Z")
    return (found if timezone.is_aware(found) else timezone.make_aware(found)).astimezone(UTC)


def _keys(text: str) -> list[int]:
    """Return the keys in a list with commas; what is no key is left out, as a request that is not found."""
    return [key for part in text.split(",")[:MOST] if (key := sent_number(part)) is not None]


def _row(case: Case) -> Row:
    topic: Any = case.topic
    return {
        "service_request_id": str(case.pk),
        "status": "closed" if case.state == State.CLOSED else "open",
        "status_notes": str(Outcome(case.outcome).label) if case.outcome else "",
        "service_name": topic.name,
        "service_code": topic.code,
        "description": "",
        "agency_responsible": case.agency.name if case.agency else "",
        "service_notice": "",
        "requested_datetime": _text(case.filed_at),
        "updated_datetime": _text(case.changed_at),
        "expected_datetime": case.promised_on.isoformat() if case.promised_on and case.is_open else "",
        "address": case.governorate.name if case.governorate else "",
        "address_id": "",
        "zipcode": "",
        "lat": _rounded(case.latitude),
        "long": _rounded(case.longitude),
        "media_url": "",
    }


def _rounded(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, DECIMALS)


def _text(moment: datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")
