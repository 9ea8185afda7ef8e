"""Two rows for each periodic task: the first of them will be bad."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies import reference_changes, successions as successor_plans
from agencies.models import AgencySuccession, Holiday, KnownProblem, OutsideCentre
from agencies.reference_changes import Author
from complaints.actions import accept, ask, close, file
from complaints.actions.filing import Filing
from complaints.escalation import expiry
from complaints.models import Breach, RetentionRule
from complaints.search import word_forms
from complaints.track_record import counting
from notifications import alarms, programs
from notifications.models import AlarmKind, Message, MessageState
from reports.circulation import circulating
from reports.directives import actions as directives
from reports.directives.actions import DirectiveText
from reports.figures import kept as figures
from reports.models import Annex, ReportKind
from reports.periodic import drafting, life
from reports.periodic.calendar_periods import latest
from reports.periods import ReportPeriod
from reports.phenomena import batch as phenomena
from tests.cast import make_agency, make_staff
from tests.complaints import DONE, FOUND
from tests.complaints.cases import make_topic

type Get = Callable[[str], Any]


def two_questions(get: Get) -> tuple[Any, Any]:
    cases = [get("file_case")(), get("file_case")()]
    for minutes, case in enumerate(cases):
        ask(case, by=get("omar"), at=get("now") + timedelta(minutes=minutes), text="ما رقم العداد؟")
    return cases[0].pk, cases[1].pk


def two_cases(get: Get) -> tuple[Any, Any]:
    return get("file_case")().pk, get("file_case")().pk


def two_clocks(get: Get) -> tuple[Any, Any]:
    first, second = (get("file_case")().clocks.get().pk for _ in range(2))
    return first, second


def two_clocks_and_a_holiday(get: Get) -> tuple[Any, Any]:
    clocks = two_clocks(get)
    Holiday.objects.create(on=date(2026, 1, 5), name_ar="عطلة", name_en="Day off")
    return clocks


def two_cases_of_a_silent_officer(get: Get) -> tuple[Any, Any]:
    cases = [get("file_case")(), get("file_case")()]
    for case in cases:
        accept(case, by=get("omar"), at=get("now"), days=5)
    User.objects.update(created_at=get("now") - timedelta(days=30))
    return cases[0].pk, cases[1].pk


def two_closed_cases(get: Get) -> tuple[Any, Any]:
    cases = [get("file_case")(), get("file_case")()]
    for case in cases:
        accept(case, by=get("omar"), at=get("now"), days=5)
        close(case, by=get("omar"), at=get("now"), outcome="solved", found=FOUND, done=DONE)
    Message.objects.update(state=MessageState.ACCEPTED)
    # Those of the migration are gone once a transactional test has emptied what it filled.
    RetentionRule.objects.get_or_create(
        kind="", outcome="", defaults={"anonymise_months": 60, "effective_from": "2026-01-01"}
    )
    return cases[0].pk, cases[1].pk


def two_unrated_closings(get: Get) -> tuple[Any, Any]:
    two_closed_cases(get)
    asked = datetime(2026, 1, 8, 12, tzinfo=UTC)
    expiry.ask(at=asked)
    questions = Message.objects.filter(template="case_rating")
    questions.update(created_at=asked)
    return tuple(questions.order_by("pk").values_list("pk", flat=True))


def two_cases_after_figures_are_built(get: Get) -> tuple[Any, Any]:
    figures.refresh(at=get("now"))
    return get("file_case")().pk, get("file_case")().pk


def two_breaches(get: Get) -> tuple[Any, Any]:
    words = dict.fromkeys(("what", "data_concerned", "measures"), "x")
    moments = dict.fromkeys(("known_at", "recorded_at", "listed_at", "telling_at"), get("now"))
    first, second = (Breach.objects.create(**words, **moments, recorded_by=get("lina")).pk for _ in range(2))
    return first, second


def two_planned_changes(get: Get) -> tuple[Any, Any]:
    author = Author(None, get("now"))
    rows = (get("water"), get("gam"))
    made = [reference_changes.change(row, {"notes": "x"}, author=author, on=date(2026, 1, 11)) for row in rows]
    first, second = (each.pk for each in made if each)
    return first, second


def two_successions(get: Get) -> tuple[Any, Any]:
    author, springs = Author(get("lina").pk, get("now")), make_agency("springs", "الينابيع", "Springs")
    pairs = [
        AgencySuccession(predecessor=get(old), successor=springs, on=date(2026, 1, 11)) for old in ("water", "gam")
    ]
    first, second = (successor_plans.plan(each, author=author).pk for each in pairs)
    return first, second


def two_drafts(get: Get) -> tuple[Any, Any]:
    return get("make_draft")().pk, get("make_draft")(citizen=get("karim")).pk


def two_blocks(get: Get) -> tuple[Any, Any]:
    get("monkeypatch").setattr(word_forms, "_UNWRITTEN", "SELECT number FROM (VALUES (7), (6)) AS block (number)")
    return 7, 6


def two_agencies(get: Get) -> tuple[Any, Any]:
    get("referred")
    return counting.ALL, get("water").pk


def two_topics(get: Get) -> tuple[Any, Any]:
    get("monkeypatch").setattr(phenomena, "FEWEST", 1)
    topic = make_topic("leak", "تسرب", "Leak", parent=get("outage").parent)
    get("file_case")(topic=topic)
    return get("file_case")().topic_id, topic.pk


def two_readers(get: Get) -> tuple[Any, Any]:
    get("referred")
    return get("nadia").pk, get("omar").pk


def two_citizens(get: Get) -> tuple[Any, Any]:
    people = get("amina"), get("karim")
    for minutes, citizen in enumerate(people):
        Citizen.objects.filter(pk=citizen.pk).update(recheck_at=get("now") + timedelta(minutes=minutes))
    return people[0].pk, people[1].pk


def two_alarms(get: Get) -> tuple[Any, Any]:
    get("adel")
    for about in "ab":
        alarms.raise_alarm(AlarmKind.UNDECIDED, about)
    first, second = alarms.open_alarms()
    return first.pk, second.pk


def two_messages(get: Get, **said: object) -> tuple[Any, Any]:
    first, second = (get("make_message")(number, **said).pk for number in (1, 2))
    return first, second


def two_left(get: Get) -> tuple[Any, Any]:
    return two_messages(get, state=MessageState.SENDING, lease_until=get("now"))


def two_unknown(get: Get) -> tuple[Any, Any]:
    return two_messages(get, state=MessageState.UNKNOWN, unsure_since=get("now"), next_check_at=get("now"))


def two_ordered_reports(get: Get) -> tuple[Any, Any]:
    lina, at = get("lina"), get("now")
    kinds = (ReportKind.MONTH, ReportKind.QUARTER)
    orders = (life.order(kind, latest(kind, today=at.date(), number=1)[0], by=lina, at=at).pk for kind in kinds)
    first, second = orders
    return first, second


def _two_agencies_with_cases(get: Get) -> None:
    """File a case each of December at two agencies, and release the report of December."""
    now = get("now")
    for name in ("omar", "yusuf", "nadia"):
        agency = get(name).memberships.get().agency
        said = Filing(
            citizen=get("amina"),
            kind="complaint",
            agency=agency,
            topic=get("leak"),
            subject="تسرب",
            details="منذ أسبوع",
        )
        file(said, by=get("amina").user, at=now - timedelta(days=20))
    writer, cmu = get("lina"), get("cmu")
    reviewer = make_staff("rana@cmu.example", "رنا", "Rana", "+962790100031", cmu, Role.CMU_STAFF)
    head = make_staff("hala@cmu.example", "هالة", "Hala", "+962790100032", cmu, Role.CMU_HEAD)
    december = ReportPeriod(date(2025, 12, 1), date(2025, 12, 31))
    report = life.order(ReportKind.MONTH, december, by=writer, at=now)
    drafting.write_ordered(at=now)
    report.refresh_from_db()
    for step, person in ((life.send, writer), (life.review, reviewer), (life.approve, head)):
        report = step(report, by=person, at=now, edition=report.edition)
    life.release(report, by=head, at=now)


def two_agencies_of_a_report(get: Get) -> tuple[Any, Any]:
    _two_agencies_with_cases(get)
    return get("water").pk, get("gam").pk


def two_annexes(get: Get) -> tuple[Any, Any]:
    _two_agencies_with_cases(get)
    circulating.circulate_released(at=get("now"))
    first, second = Annex.objects.order_by("pk").values_list("pk", flat=True)
    return first, second


def two_directives(get: Get) -> tuple[Any, Any]:
    get("nadia")
    head = make_staff("asma@pm.example", "أسماء", "Asma", "+962790100011", get("cmu"), Role.PM_OFFICE)
    said = DirectiveText(get("water"), "خفض التأخر", "اخفضوا التأخر إلى النصف.", date(2026, 1, 7))
    first, second = (directives.issue(said, by=head, at=get("now")).pk for _ in range(2))
    return first, second


def two_joins(get: Get) -> tuple[Any, Any]:
    times = {"starts_at": get("now"), "ends_at": get("now") + timedelta(hours=1)}
    texts = {"text_ar": "انقطاع", "text_en": "Outage", "published_at": get("now"), "changed_at": get("now")}
    problem = KnownProblem.objects.create(topic=get("leak"), **texts, **times)
    people = (get("amina"), get("karim"))
    first, second = (problem.joins.create(citizen=citizen, joined_at=get("now")).pk for citizen in people)
    return first, second


def two_programs(get: Get) -> tuple[Any, Any]:
    names = []
    for place in range(2):
        centre = OutsideCentre.objects.create(code=f"c-{place}", name_ar=f"مركز {place}", name_en="Centre", phone="117")
        endpoint, _ = programs.register(f"centre:{centre.pk}", at=get("now"))
        programs.set_addresses(endpoint, url="", answers_url="https://centre.example/", is_active=True)
        names.append(endpoint.name)
    first, second = sorted(names)
    return first, second
