"""The calendar made of the days off and hours that people keep."""

from datetime import date, datetime, time

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import translation

from agencies.calendar import AMMAN, CalendarExhausted
from agencies.models import (
    Audience,
    Holiday,
    HolidayStatus,
    Period,
    WorkingHours,
    current_calendar,
)

pytestmark = pytest.mark.django_db


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMMAN)


@pytest.fixture
def year() -> WorkingHours:
    return WorkingHours.objects.create(period=Period.NORMAL, opens=time(8, 30), closes=time(15, 30))


def ramadan(start: date, end: date, opens: time | None = None, closes: time | None = None) -> WorkingHours:
    return WorkingHours.objects.create(
        period=Period.RAMADAN, starts_on=start, ends_on=end, opens=opens, closes=closes, estimated=opens is None
    )


def test_the_calendar_takes_one_query(year, django_assert_num_queries):
    with django_assert_num_queries(1):
        calendar = current_calendar()
    with django_assert_num_queries(0):
        assert calendar.due(at("2026-01-04 10:00"), 1) == at("2026-01-05 15:30")


def test_a_day_off_counts_at_once(year):
    Holiday.objects.create(on=date(2026, 1, 5), name_ar="عطلة ثلج", name_en="Snow")
    assert current_calendar().due(at("2026-01-04 10:00"), 1) == at("2026-01-06 15:30")


def test_a_day_off_for_some_is_a_working_day(year):
    Holiday.objects.create(
        on=date(2027, 12, 26), name_ar="ثاني أيام الميلاد", name_en="Second day", audience=Audience.CHRISTIANS
    )
    assert current_calendar().due(at("2027-12-23 10:00"), 1) == at("2027-12-26 15:30")


def test_a_day_called_off_is_a_working_day(year):
    Holiday.objects.create(
        on=date(2026, 6, 16), name_ar="رأس السنة الهجرية", name_en="Hijri New Year", status=HolidayStatus.CALLED_OFF
    )
    assert current_calendar().due(at("2026-06-15 10:00"), 1) == at("2026-06-16 15:30")


def test_a_ramadan_not_yet_announced_has_the_hours_of_the_one_before_marked_estimated(year):
    ramadan(date(2025, 3, 1), date(2025, 3, 29), time(9, 30), time(15))
    ramadan(date(2026, 2, 18), date(2026, 3, 19), time(9), time(14, 30))
    ramadan(date(2027, 2, 8), date(2027, 3, 8))
    ramadan(date(2028, 1, 28), date(2028, 2, 25), time(10), time(14))
    calendar = current_calendar()
    announced, awaited = calendar.hours_on(date(2026, 3, 1)), calendar.hours_on(date(2027, 2, 8))
    assert (announced.opens, announced.closes, announced.estimated) == (time(9), time(14, 30), False)
    assert (awaited.opens, awaited.closes, awaited.estimated) == (time(9), time(14, 30), True)


def test_a_ramadan_with_none_announced_before_it_works_as_the_year(year):
    ramadan(date(2027, 2, 8), date(2027, 3, 8))
    assert current_calendar().closing(date(2027, 2, 8)) == at("2027-02-08 15:30")


def test_hours_of_the_year_that_change_within_ramadan_wait_for_its_end(year):
    ramadan(date(2026, 2, 18), date(2026, 3, 19), time(9), time(14, 30))
    WorkingHours.objects.update_or_create(pk=year.pk, defaults={"ends_on": date(2026, 2, 28)})
    WorkingHours.objects.create(period=Period.NORMAL, starts_on=date(2026, 3, 1), opens=time(8), closes=time(15))
    calendar = current_calendar()
    assert calendar.closing(date(2026, 2, 17)) == at("2026-02-17 15:30")
    assert calendar.closing(date(2026, 3, 10)) == at("2026-03-10 14:30")
    assert calendar.closing(date(2026, 3, 24)) == at("2026-03-24 15:00")


def test_without_hours_the_calendar_says_what_is_missing():
    with pytest.raises(CalendarExhausted, match="no working hours cover 2026-01-05"):
        current_calendar().due(at("2026-01-04 10:00"), 1)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"opens": time(15), "closes": time(8)}, "hours_close_after_they_open"),
        ({"opens": time(8), "closes": None}, "hours_are_both_known_or_neither"),
        ({"opens": None, "closes": None}, "hours_unknown_only_in_an_estimated_ramadan"),
        ({"period": "ramadan", "opens": time(9), "closes": time(14)}, "hours_of_ramadan_have_dates"),
        ({"starts_on": date(2026, 2, 1), "ends_on": date(2026, 1, 1)}, "agencies_workinghours_ends_after_it_starts"),
    ],
)
def test_the_database_refuses_impossible_hours(fields, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        WorkingHours.objects.create(**({"period": "normal", "opens": time(8), "closes": time(15)} | fields))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"period": "normal"}, "Only an estimated Ramadan may be without working hours"),
        ({"period": "ramadan", "estimated": True}, "Enter the first and the last day of Ramadan"),
    ],
)
def test_the_form_says_what_is_missing_in_a_sentence(fields, said):
    with translation.override("en"), pytest.raises(ValidationError) as refused:
        WorkingHours(**fields).full_clean()
    assert refused.value.messages == [said]


def test_the_hours_of_one_period_may_not_overlap_and_the_form_says_so(year):
    with pytest.raises(IntegrityError, match="hours_of_a_period_do_not_overlap"), transaction.atomic():
        WorkingHours.objects.create(period="normal", starts_on=date(2027, 1, 1), opens=time(8), closes=time(15))
    twice = WorkingHours(period="normal", starts_on=date(2027, 1, 1), opens=time(8), closes=time(15))
    with pytest.raises(ValidationError) as refused:
        twice.full_clean()
    assert len(refused.value.messages) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_on": date(2026, 2, 1), "ends_on": date(2026, 1, 1)},
        {"opens": time(15), "closes": time(8)},
        {"closes": None},
    ],
)
def test_the_form_refuses_impossible_hours_without_asking_the_database(fields):
    hours = WorkingHours(**({"period": "normal", "opens": time(8), "closes": time(15)} | fields))
    with pytest.raises(ValidationError) as refused:
        hours.full_clean()
    assert set(refused.value.message_dict) in ({"ends_on"}, {"closes"})


def test_one_occasion_is_off_once_a_day_but_two_may_share_it():
    Holiday.objects.create(on=date(2028, 5, 25), name_ar="رأس السنة الهجرية", name_en="Hijri New Year")
    Holiday.objects.create(on=date(2028, 5, 25), name_ar="عيد الاستقلال", name_en="Independence Day")
    with pytest.raises(IntegrityError, match="holiday_once"), transaction.atomic():
        Holiday.objects.create(on=date(2028, 5, 25), name_ar="عيد الاستقلال", name_en="Independence Day")
