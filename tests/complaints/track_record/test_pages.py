"""What became of earlier cases, on the pages where it helps."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agencies.models import Agency, Directorate, Topic
from complaints.models import AnswerRecord, Case, Draft, PromiseForecast, PromiseRecord, TrackRecordCount
from complaints.track_record.answers import CaseLikeness, KeptRecords, PromiseLikeness, answer_times, days_within
from tests.complaints.cases import MakeDraft
from tests.complaints.pages import Clock, Desk, address, sent, statements_of

pytestmark = pytest.mark.usefixtures("english")


def times(**days: int) -> list[int]:
    """Return 61 numbers of cases; ``d5=3`` are three of five days."""
    return [days.get(f"d{day}", 0) for day in range(61)]


def record(agency: Agency | None, topic: Topic | None, answered: list[int], unanswered: list[int]) -> None:
    AnswerRecord.objects.create(agency=agency, topic=topic, answered=answered, unanswered=unanswered)


def test_open_cases_do_not_make_answers_look_faster() -> None:
    assert days_within(0.8, times(d1=7, d5=1, d9=2), times()) == 5
    # Two that have been open for nine days are not answered within five; two of today say nothing.
    assert days_within(0.8, times(d1=7, d5=1), times(d9=4)) is None
    assert days_within(0.8, times(d1=7, d5=1, d9=2), times(d0=90)) == 5
    assert days_within(0.8, times(d0=5), times()) == 1
    assert days_within(0.8, times(d60=5), times()) is None
    assert days_within(0.8, times(), times()) is None


def test_the_nearest_cases_with_enough_of_them_count(water: Agency, outage: Topic) -> None:
    def found() -> tuple[CaseLikeness, int, int | None] | None:
        said = answer_times(kind="complaint", agency=water.pk, topic=outage)
        return (said.likeness, said.cases, said.days) if said else None

    assert found() is None
    record(None, outage.parent, times(d9=200), times())
    assert found() == (CaseLikeness.GROUP, 200, 9)
    record(None, outage, times(d8=100), times())
    assert found() == (CaseLikeness.TOPIC, 100, 8)
    record(water, None, times(d7=50), times())
    assert found() == (CaseLikeness.AGENCY, 50, 7)
    record(water, outage, times(d6=19), times())
    assert found() == (CaseLikeness.AGENCY, 50, 7)
    AnswerRecord.objects.filter(agency=water, topic=outage).update(unanswered=times(d1=1))
    assert found() == (CaseLikeness.AGENCY_TOPIC, 20, 6)
    assert answer_times(kind="praise", agency=water.pk, topic=outage) is None


def test_before_sending_one_reads_what_cases_like_this_took(
    as_amina: Client, make_draft: MakeDraft, water: Agency, outage: Topic
) -> None:
    draft: Draft = make_draft()
    url = f"{reverse('new-check', kwargs={'kind': draft.kind})}?draft={draft.pk}"
    few = as_amina.get(url).content.decode()
    assert "There are too few cases like this to say how long an answer takes." in few
    before = statements_of(as_amina, url)
    record(water, outage, times(d2=60, d5=30, d30=10), times())
    page = as_amina.get(url).content.decode()
    assert "8 of 10 cases like this were answered within 5 working days." in page
    assert "Counted from 100 cases of the last 12 months, open ones included. It is not a promise." in page
    assert statements_of(as_amina, url) == before


def kept(agency: Agency, directorate: Directorate | None, topic: Topic | None, span: int, good: int, bad: int) -> None:
    PromiseRecord.objects.create(
        agency=agency, directorate=directorate, topic=topic, span=span, kept=[good] + [0] * span, missed=bad
    )


def test_at_accepting_one_reads_how_many_promises_were_kept(
    desk: Desk, omar: User, referred: Case, water: Agency, outage: Topic, clock: Clock
) -> None:
    networks, meters = (
        Directorate.objects.create(agency=water, name_ar=name, name_en=name) for name in ("Networks", "Meters")
    )
    client, url = desk(omar), address("desk-accept", referred)
    assert "There are too few promises like this" in client.get(url).content.decode()
    before = statements_of(client, url)
    kept(water, None, outage, 3, 41, 59)
    kept(water, None, outage, 5, 80, 20)
    kept(water, None, outage, 7, 9, 0)
    kept(water, meters, outage, 4, 90, 10)
    page = client.get(url).content.decode()
    assert "Promises of your agency on this topic" in page
    assert "Suggested: 5 working days. Of promises of 5 working days, 80% were kept (80 of 100)." in page
    assert "41% (41 of 100)" in page
    assert "Meters: Suggested: 4 working days." in page
    assert (page.count("too few"), statements_of(client, url)) == (5, before)
    typed = {"version": referred.version, "directorate": str(meters.pk), "days": "4"}
    of_meters = client.post(url, typed).content.decode()
    assert "Promises of this directorate on this topic" in of_meters
    client.post(url, sent(referred, directorate=str(networks.pk), days="3"))
    referred.refresh_from_db()
    assert referred.state == "in_progress"
    history = KeptRecords(agency=water.pk, topic=outage.pk).of(meters)
    assert (history.likeness, history.suggested(3)) == (PromiseLikeness.DIRECTORATE_TOPIC, None)


@pytest.mark.usefixtures("clock")
def test_the_list_of_promises_likely_to_be_missed(
    desk: Desk, yusuf: User, nadia: User, accepted: Case, water: Agency, now: datetime
) -> None:
    url, client = reverse("likely-missed"), desk(nadia)
    assert "have not been counted yet" in client.get(url).content.decode()
    TrackRecordCount.objects.create(agency=water, counted_on=now.date(), open_promises=9, unjudged=3)
    assert "No open promise is likely to be missed." in client.get(url).content.decode()
    before = statements_of(client, url)
    PromiseForecast.objects.create(case=accepted, agency=water, miss_percent=75, basis=40)
    page = client.get(url).content.decode()
    assert (accepted.reference in page, "75% of 40" in page, "For 3 of them nothing can be said" in page) == (True,) * 3
    assert statements_of(client, url) == before
    assert accepted.reference not in desk(yusuf).get(url).content.decode()
