"""What became of cases and promises, counted from their rows; and what is foretold from it."""

from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from agencies.models import Agency, Directorate, Topic, current_calendar
from complaints.actions import accept, ask, close, object_to, reply, withdraw
from complaints.models import AnswerRecord, Case, PromiseForecast, PromiseRecord, TrackRecordCount
from complaints.track_record import counting
from complaints.track_record.counting import (
    LOOK_BACK,
    MissChance,
    OpenPromise,
    PromiseCounts,
    RecordKey,
    forecast_counts,
    likely_missed,
    miss_chance,
    open_promises,
)
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def answered(case: Case, by: User, at: datetime) -> None:
    close(case, by=by, at=at, outcome="solved", found=FOUND, done=DONE)


def test_cases_and_promises_are_counted_by_agency_and_topic(
    file_case: FileCase, omar: User, water: Agency, outage: Topic, now: datetime
) -> None:
    directorate = Directorate.objects.create(agency=water, name_ar="الشبكات", name_en="Networks")
    kept, missed, gone, waiting, objected = (file_case() for _ in range(5))
    accept(kept, by=omar, at=now, days=5, directorate=directorate)
    answered(kept, omar, now + DAY)
    accept(missed, by=omar, at=now, days=2, directorate=directorate)
    answered(missed, omar, now + WEEK)
    accept(gone, by=omar, at=now, days=2)
    withdraw(gone, by=gone.citizen.user, at=now + DAY)
    accept(waiting, by=omar, at=now, days=2)
    ask(waiting, by=omar, at=now + timedelta(hours=1), text="ما رقم العداد؟")
    accept(objected, by=omar, at=now, days=5)
    answered(objected, omar, now + DAY)
    object_to(objected, by=objected.citizen.user, at=now + 2 * DAY, text="لم تصل المياه بعد.")
    at = now + 2 * WEEK
    assert counting.refresh(at=at) == 2
    assert (counting.refresh(at=at), counting.refresh(at=at + DAY)) == (0, 2)
    for agency, topic in ((water, outage), (water, None), (None, outage), (None, outage.parent)):
        row = AnswerRecord.objects.get(agency=agency, topic=topic)
        assert ({n: many for n, many in enumerate(row.answered) if many}, sum(row.unanswered)) == ({1: 2, 5: 1}, 2)
    rows = {
        (row.directorate_id, row.topic_id, row.span): (row.kept, row.missed)
        for row in PromiseRecord.objects.filter(agency=water, topic=outage)
    }
    assert rows == {
        (directorate.pk, outage.pk, 5): ([0, 0, 0, 0, 1, 0], 0),
        (directorate.pk, outage.pk, 2): ([0, 0, 0], 1),
        (None, outage.pk, 5): ([0, 0, 0, 0, 2, 0], 0),
        (None, outage.pk, 2): ([0, 0, 0], 1),
    }
    # A year later they count no more.
    counting.refresh(at=at + LOOK_BACK)
    assert (AnswerRecord.objects.count(), PromiseRecord.objects.count()) == (0, 0)


def test_a_pause_belongs_to_the_citizen(file_case: FileCase, omar: User, water: Agency, now: datetime) -> None:
    case = file_case()
    accept(case, by=omar, at=now, days=3)
    ask(case, by=omar, at=now + timedelta(minutes=5), text="ما رقم العداد؟")
    reply(case, by=case.citizen.user, at=now + 2 * DAY, text="رقم العداد 55421")
    assert [
        promise.days_left for promise in open_promises([water.pk], at=now + 3 * DAY, calendar=current_calendar())
    ] == [2]
    case.refresh_from_db()
    answered(case, omar, now + 4 * DAY)
    counting.refresh(at=now + 3 * WEEK)
    assert PromiseRecord.objects.get(agency=water, topic=None).kept[:2] == [0, 1]


def test_the_chance_is_the_share_missed_of_those_unanswered_with_as_many_days_left() -> None:
    counts = PromiseCounts([4, 6, 40, 100], 10)
    records = {RecordKey(7, None, None, 3): counts, RecordKey(None, None, None, 3): PromiseCounts([100, 0, 0, 0], 0)}
    chances = [miss_chance(OpenPromise(1, 7, 5, 3, left, None), records, agency=7) for left in (3, 2, 1, 0)]
    # Of those with a day left or none too few are like it: all agencies are asked.
    assert chances == [MissChance(6, 160), MissChance(17, 60), MissChance(0, 100), MissChance(0, 100)]
    assert miss_chance(OpenPromise(1, 7, 5, 4, 1, None), records, agency=7) is None


def test_a_promise_like_those_that_were_missed_is_foretold_and_listed(
    file_case: FileCase, omar: User, yusuf: User, lina: User, water: Agency, outage: Topic, now: datetime
) -> None:
    case, other = file_case(), file_case()
    accept(case, by=omar, at=now, days=2)
    accept(other, by=omar, at=now, days=5)
    PromiseRecord.objects.create(agency=None, topic=outage, span=2, kept=[10, 0, 0], missed=40)
    TrackRecordCount.objects.create(agency=None, counted_on=(now + DAY).date())
    counting.refresh(at=now + DAY)
    assert list(PromiseForecast.objects.values_list("case", "miss_percent", "basis")) == [(case.pk, 80, 50)]
    counts = forecast_counts([water.pk])
    assert (counts.open_promises, counts.unjudged, counts.counted_on) == (2, 1, (now + DAY).date())
    for user, seen in ((omar, [case]), (lina, [case]), (yusuf, [])):
        assert list(likely_missed(user, at=now)) == seen
    case.refresh_from_db()
    answered(case, omar, now + timedelta(hours=3))
    assert list(likely_missed(omar, at=now)) == []


def test_the_measurement_says_that_there_is_too_little_to_measure(db: None) -> None:
    with pytest.raises(CommandError, match="too few promises"):
        call_command("measure_forecast")
