"""The reference data that the project ships, and how it is loaded beside what people edit."""

import csv
import threading
from datetime import date, time
from functools import cache
from io import StringIO
from time import sleep

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agencies import reference_data
from agencies.models import (
    Agency,
    CalendarChange,
    Directorate,
    Holiday,
    HolidayStatus,
    RoutingRule,
    Topic,
    WorkingHours,
    current_calendar,
)
from kit.arabic import fold
from tests.complaints.threads import MAKES_WAIT

COUNTS = {
    "governorates.csv": 12,
    "cities.csv": 146,
    "agencies.csv": 147,
    "directorates.csv": 44,
    "topics.csv": 118,
    "topic_questions.csv": 98,
    "topic_phrases.csv": 100,
    "word_groups.csv": 179,
    "danger_signs.csv": 20,
    "routing_rules.csv": 52,
    "outside_centres.csv": 1,
    "agency_sites.csv": 1,
    "centre_states.csv": 4,
    "holidays.csv": 64,
    "working_hours.csv": 7,
    "answer_phrases.csv": 398,
}


@cache
def read(file: str) -> list[dict[str, str]]:
    with (reference_data.DATA / file).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


# ---- the files ----


def test_every_file_of_the_folder_is_loaded():
    assert {path.name for path in reference_data.DATA.iterdir()} == set(reference_data.FILES) == set(COUNTS)


def test_no_row_of_any_file_is_dropped(loaded):
    assert {outcome.file: outcome.added for outcome in loaded} == COUNTS
    for file, model in reference_data.FILES.items():
        codes = [row["code"] for row in read(file)]
        assert len(codes) == COUNTS[file]
        assert sorted(codes) == sorted(model._default_manager.values_list("code", flat=True))


def test_the_86_linked_agencies_are_there(loaded):
    assert Agency.objects.filter(is_core=True).count() == 86
    assert sum(row["is_core"] == "yes" for row in read("agencies.csv")) == 86


def test_short_names_fit_a_message_and_differ():
    rows = read("agencies.csv")
    for language, most in (("ar", 18), ("en", 24)):
        names = [row[f"short_name_{language}"] for row in rows]
        assert [name for name in names if not 2 <= len(name) <= most or name != name.strip()] == []
        assert len({fold(name) for name in names}) == 147


def test_short_names_are_in_their_language():
    for row in read("agencies.csv"):
        assert not row["short_name_ar"].isascii()
        assert row["short_name_en"].isascii()


def test_citizens_recognise_the_short_name(loaded):
    known = {
        "gam": "أمانة عمان",
        "miyahuna": "مياهنا",
        "ssc": "الضمان الاجتماعي",
        "cspd": "الأحوال المدنية",
        "jiacc": "هيئة النزاهة",
        "bashir": "مستشفيات البشير",
    }
    assert {agency.code: agency.short_name_ar for agency in Agency.objects.filter(code__in=known)} == known


def test_only_the_operator_and_its_contact_centre_cannot_be_complained_about(loaded):
    assert set(Agency.objects.filter(is_complainable=False).values_list("code", flat=True)) == {"cmu", "ncc"}


def test_values_arrive_as_they_stand_in_the_file(loaded):
    topic = Topic.objects.get(code="integrity-bribe", parent__code="integrity", suggested_agency__code="jiacc")
    assert (topic.kinds, topic.agency_kinds, topic.sectors) == (["complaint"], [], [])
    assert (topic.limit_days, topic.priority) == (2, "high")
    assert (topic.hides_identity, topic.second_signature, topic.withheld_from_agency) == (True, True, True)
    hours = WorkingHours.objects.get(code="ramadan-2026")
    assert (hours.starts_on, hours.ends_on) == (date(2026, 2, 18), date(2026, 3, 19))
    assert (hours.opens, hours.closes, hours.estimated) == (time(9), time(14, 30), True)
    eid = Holiday.objects.get(code="2026-eid-al-fitr-4")
    assert (eid.on, eid.status, eid.audience) == (date(2026, 3, 23), "confirmed", "all")


def test_whoever_withholds_a_topic_or_asks_for_two_signatures_says_why():
    rows = read("topics.csv")
    assert {row["code"] for row in rows if row["withheld_from_agency"] == "yes"} == {
        "integrity-bribe",
        "integrity-rights",
    }
    assert [row["code"] for row in rows if (row["second_signature"] == "yes") != bool(row["signature_reason"])] == []
    assert sum(row["second_signature"] == "yes" for row in rows) == 10


def test_topics_of_one_kind_only_are_offered_for_no_other(loaded):
    only = {"other-praise": ["praise"], "other-suggest": ["suggestion"], "other-inquiry": ["inquiry"]}
    assert {topic.code: topic.kinds for topic in Topic.objects.filter(code__in=only)} == only


def test_a_group_is_of_every_kind_of_its_topics_and_topics_have_two_levels(loaded):
    for group in Topic.objects.filter(parent=None).prefetch_related("children"):
        assert set(group.kinds) == {kind for topic in group.children.all() for kind in topic.kinds}
    assert Topic.objects.filter(parent__parent__isnull=False).count() == 0


def test_every_kind_of_case_has_a_topic_for_every_agency(loaded):
    # What is offered depends on the kind and the sector of an agency alone.
    sorts = {(agency.kind, agency.sector): agency for agency in Agency.objects.filter(is_complainable=True)}
    for agency in sorts.values():
        for kind in ("complaint", "suggestion", "inquiry", "praise"):
            assert Topic.objects.offered(kind=kind, agency=agency).exists(), (agency.code, kind)


def test_what_is_not_verified_is_marked(loaded):
    assert Agency.objects.exclude(unverified="").count() == 61
    assert RoutingRule.objects.exclude(unverified="").count() == 49
    assert Directorate.objects.filter(unverified="").count() == 0
    assert Holiday.objects.filter(status=HolidayStatus.ESTIMATED, unverified="").count() == 0


def test_every_agency_belongs_to_a_chain_that_ends(loaded):
    parents = {row["code"]: row["parent"] for row in read("agencies.csv")}
    for code in parents:
        chain = [code]
        while parents[chain[-1]]:
            chain.append(parents[chain[-1]])
            assert len(chain) <= 4


def test_the_weekdays_off_are_those_counted_in_the_communiques(loaded):
    calendar = current_calendar()
    off = [day for day in calendar.holidays if day.weekday() not in calendar.weekend]
    assert {year: sum(day.year == year for day in off) for year in range(2025, 2029)} == {
        2025: 13,
        2026: 9,
        2027: 9,
        2028: 10,
    }
    assert date(2027, 12, 26) not in calendar.holidays


# ---- loading ----


@pytest.mark.django_db
def test_the_command_says_what_it_did_for_each_file():
    out = StringIO()
    call_command("load_reference", stdout=out)
    assert out.getvalue().splitlines() == [
        f"{file}: {rows} rows, {rows} added, 0 changed, 0 kept as edited by people, 0 not in the file"
        for file, rows in COUNTS.items()
    ]


def test_a_second_run_changes_nothing_and_asks_little(loaded):
    before = {model: list(model._default_manager.order_by("pk").values()) for model in reference_data.FILES.values()}
    with CaptureQueriesContext(connection) as queries:
        again = reference_data.load(at=timezone.now())
    assert [(o.added, o.changed, o.kept, o.others) for o in again] == [(0, 0, 0, 0)] * len(COUNTS)
    assert {
        model: list(model._default_manager.order_by("pk").values()) for model in reference_data.FILES.values()
    } == before
    # The codes of four models, the parents of two, one look at each of fifteen, and the savepoint.
    assert len(queries) == 24
    assert [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE"))] == []


@pytest.mark.django_db
def test_the_first_run_writes_in_bulk():
    with CaptureQueriesContext(connection) as queries:
        reference_data.load(at=timezone.now())
    assert len(queries) <= 61


def test_a_row_that_drifted_from_the_file_is_brought_back(loaded):
    Agency.objects.filter(code="gam").update(name_en="Amman", parent=None)
    outcomes = {outcome.file: outcome for outcome in reference_data.load(at=timezone.now())}
    assert Agency.objects.get(code="gam", parent__code="pm").name_en == "Greater Amman Municipality"
    assert outcomes["agencies.csv"].changed == 1
    assert sum(outcome.changed for outcome in outcomes.values()) == 1


def test_a_changed_calendar_requests_a_recalculation_and_nothing_else_does(loaded):
    def requested() -> int:
        return CalendarChange.objects.filter(position=0, finished_at=None).count()

    assert requested() == 1  # the first loading
    Agency.objects.filter(code="gam").update(name_en="Amman")
    reference_data.load(at=timezone.now())
    assert requested() == 1
    Holiday.objects.filter(code="2027-eid-al-fitr-1").update(on=date(2027, 3, 13))
    reference_data.load(at=timezone.now())
    assert requested() == 2
    WorkingHours.objects.filter(period="ramadan").order_by("starts_on")[0].delete()
    reference_data.load(at=timezone.now())
    assert requested() == 3


def test_a_row_that_a_person_edited_stays_as_it_is(loaded):
    Agency.objects.filter(code="gam").update(name_en="Amman", edited_at=timezone.now())
    Holiday.objects.filter(code="2027-eid-al-fitr-1").update(on=date(2027, 3, 13), edited_at=timezone.now())
    outcomes = {outcome.file: outcome for outcome in reference_data.load(at=timezone.now())}
    assert Agency.objects.get(code="gam").name_en == "Amman"
    assert outcomes["agencies.csv"].kept == outcomes["holidays.csv"].kept == 1
    # A day that moved is the same day off: the old date does not come back.
    assert list(Holiday.objects.filter(on__in=[date(2027, 3, 9), date(2027, 3, 13)]).values_list("on", flat=True)) == [
        date(2027, 3, 13)
    ]


def test_rows_that_people_added_stay_and_are_counted(loaded):
    Agency.objects.create(
        code="office", name_ar="مكتب جديد", name_en="New office", short_name_ar="مكتب جديد",
        short_name_en="New office", kind="unit", sector="media",
    )  # fmt: skip
    Holiday.objects.create(on=date(2026, 2, 1), name_ar="عطلة ثلج", name_en="Snow")
    outcomes = {outcome.file: outcome for outcome in reference_data.load(at=timezone.now())}
    assert Agency.objects.filter(code="office").count() == 1
    assert Holiday.objects.filter(name_en="Snow").count() == 1
    assert (outcomes["agencies.csv"].others, outcomes["holidays.csv"].others) == (1, 0)


@pytest.mark.django_db(transaction=True)
def test_what_a_person_saves_while_the_files_load_is_not_overwritten():
    reference_data.load(at=timezone.now())
    Agency.objects.filter(code="gam").update(name_en="stale")
    outcomes: list[reference_data.LoadOutcome] = []

    def load_beside() -> None:
        outcomes.extend(reference_data.load(at=timezone.now()))
        connections.close_all()

    loader = threading.Thread(target=load_beside)
    with transaction.atomic():
        Agency.objects.filter(code="gam").update(name_en="Mine", edited_at=timezone.now())
        loader.start()
        wait_until_somebody_waits_for_a_lock()
    loader.join(timeout=60)
    assert Agency.objects.get(code="gam").name_en == "Mine"
    assert [outcome.kept for outcome in outcomes if outcome.file == "agencies.csv"] == [1]


def wait_until_somebody_waits_for_a_lock() -> None:
    for _ in range(4_000):
        with connection.cursor() as cursor:
            cursor.execute(MAKES_WAIT)
            if cursor.fetchone() == (True,):
                return
        sleep(0.01)
    pytest.fail("the loader never waited")
