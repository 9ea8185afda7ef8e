"""The page that corrects topic and kind: what it shows before, what it refuses, and that figures follow."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from agencies.models import Topic
from complaints.models import Case, Classification, Extension
from reports.overview.exports import build_report
from reports.overview.measure_table import CaseFigures
from reports.periods import ReportPeriod
from tests.complaints.cases import FileCase, make_topic
from tests.complaints.pages import Clock, Desk, address, sent, statements_of
from tests.prepared_rows import prepared
from tests.ui.bidi import reversed_numbers

pytestmark = pytest.mark.usefixtures("clock", "english")


@pytest.fixture
@prepared
def burst(outage: Topic) -> Topic:
    return make_topic(
        "burst", "انفجار خط", "Burst main", parent=outage.parent, limit_days=3, kinds=["complaint", "praise"]
    )


@pytest.fixture
@prepared
def lights(outage: Topic) -> Topic:
    return make_topic("lights", "إنارة", "Street lighting", parent=outage.parent, agency_kinds=["municipality"])


def by_topic(at: datetime) -> dict[str, CaseFigures]:
    first = timezone.localdate(at).replace(day=1)
    report, _figures = build_report(ReportPeriod(first, timezone.localdate(at)), at=at)
    return {row.name: row.figures for row in report.by_topic}


def test_a_correction_is_shown_confirmed_and_counted(
    desk: Desk, accepted: Case, burst: Topic, omar: User, yusuf: User, clock: Clock
) -> None:
    url, typed = address("desk-classify", accepted), {"kind": "complaint", "topic": "burst"}
    clock.pass_(minutes=1)
    assert by_topic(clock.at) == {"Water outage": CaseFigures(received=1, pending=1)}
    assert desk(yusuf).get(url).status_code == 404
    client = desk(omar)
    assert address("desk-classify", accepted) in client.get(address("desk-case", accepted)).content.decode()
    shown = client.post(url, {"version": accepted.version, **typed}).content.decode()
    assert ["Burst main" in shown, "Promised date" in shown, "exactly this" in shown] == [True] * 3
    assert Classification.objects.count() == 0
    assert client.post(url, sent(accepted, **typed)).status_code == 302
    clock.pass_(minutes=1)
    assert by_topic(clock.at) == {"Burst main": CaseFigures(received=1, pending=1)}
    history = client.get(address("desk-case", accepted)).content.decode()
    assert "from “Water outage” to “Burst main”" in history
    assert client.post(url, sent(accepted, **typed)).status_code == 409


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": "complaint", "topic": "outage"}, "already has this kind and topic"),
        ({"kind": "praise", "topic": "outage"}, "is not a topic of this kind"),
        ({"kind": "complaint", "topic": "lights"}, "belongs to other agencies"),
        ({"kind": "complaint", "topic": "nonsense"}, "choose one of the options shown"),
        ({"kind": "complaint"}, "Choose: Topic"),
    ],
    ids=["same", "kind", "agency", "unknown", "missing"],
)
def test_what_cannot_be_is_said_beside_the_topic(
    desk: Desk, referred: Case, lights: Topic, omar: User, typed: dict[str, str], said: str
) -> None:
    page = desk(omar).post(address("desk-classify", referred), sent(referred, **typed))
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["topic"])
    assert said in page.content.decode()
    assert Classification.objects.count() == 0


def test_a_closed_case_is_corrected_with_a_mark(desk: Desk, closed: Case, burst: Topic, omar: User) -> None:
    client, typed = desk(omar), {"kind": "complaint", "topic": "burst"}
    page = client.post(address("desk-classify", closed), {"version": closed.version, **typed}).content.decode()
    assert "marked as corrected afterwards" in page
    client.post(address("desk-classify", closed), sent(closed, **typed))
    assert "after closing" in client.get(address("desk-case", closed)).content.decode()


def test_an_accepted_complaint_that_became_praise_is_passed_on_and_gets_no_later_date(
    desk: Desk, accepted: Case, burst: Topic, omar: User
) -> None:
    client, later = desk(omar), address("desk-extend", accepted)
    assert later in client.get(address("desk-case", accepted)).content.decode()
    client.post(address("desk-classify", accepted), sent(accepted, kind="praise", topic="burst"))
    accepted.refresh_from_db()
    assert accepted.kind == "praise"
    page = client.get(address("desk-case", accepted)).content.decode()
    assert [later in page, address("desk-deliver", accepted) in page] == [False, True]
    refused = client.post(later, sent(accepted, days="1", reason="تأخر المقاول في توريد القطع"))
    assert (refused.status_code, Extension.objects.exists()) == (409, False)


def test_in_triage_the_page_is_one_press_away_and_reads_in_arabic(
    desk: Desk, triaged: Case, burst: Topic, lina: User
) -> None:
    client = desk(lina)
    assert address("desk-classify", triaged) in client.get(reverse("triage")).content.decode()
    with translation.override("ar"):
        url = address("desk-classify", triaged)
    page = client.post(url, {"version": triaged.version, "kind": "praise", "topic": "burst"}).content.decode()
    assert ["انفجار خط" in page, "ثناء" in page, reversed_numbers(page)] == [True, True, []]


def test_the_page_costs_as_much_with_more_topics(
    desk: Desk, file_case: FileCase, outage: Topic, omar: User, now: datetime
) -> None:
    case = file_case()
    few = statements_of(desk(omar), address("desk-classify", case))
    for number in range(3):
        make_topic(f"more-{number}", "موضوع", f"More {number}", parent=outage.parent)
    assert statements_of(desk(omar), address("desk-classify", case)) == few


def test_figures_of_a_past_month_follow_too(desk: Desk, closed: Case, burst: Topic, omar: User, clock: Clock) -> None:
    later = clock.at + timedelta(days=60)
    last = timezone.localdate(clock.at)
    desk(omar).post(address("desk-classify", closed), sent(closed, kind="complaint", topic="burst"))
    report, _figures = build_report(ReportPeriod(last, last), at=later)
    assert [row.name for row in report.by_topic] == ["Burst main"]
