"""Who is told of what, by which way and when: spelled out by hand, never derived from the table."""

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from celery import current_app
from django.db.models import Value
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.calendar import WorkingCalendar
from agencies.models import Agency, Holiday, Period, Topic, WorkingHours, current_calendar
from complaints.actions import (
    accept,
    add,
    archive,
    ask,
    close,
    correct,
    decline,
    dismiss,
    extend,
    lapse,
    object_to,
    propose_extension,
    refer,
    remind_officer,
    reply,
    return_case,
    uphold,
    withdraw,
)
from complaints.actions.reminders import NobodyToRemind
from complaints.engine import notices
from complaints.models import Case, Channel as CaseChannel
from complaints.workflow import ACTIONS, TRANSITIONS
from notifications.models import Message, MessageState
from notifications.runtime import worker_signal
from notifications.sending import quiet_hours
from notifications.wordings import WORDINGS, editions, rendering
from tests.cast import make_staff
from tests.complaints import DONE, FOUND
from tests.complaints.conftest import FileCase

AMMAN = ZoneInfo("Asia/Amman")

# (who, by which template, into which states where that matters)
TOLD = {
    "file": {
        ("citizen", "case_received", "referred"),
        ("citizen", "case_received_triage", "triage"),
        ("holder", "officer_new_case", "referred"),
        ("cmu", "cmu_triage", "triage"),
    },
    "refer": {
        ("citizen", "case_moved", ""),
        ("holder", "officer_new_case", ""),
        ("former_agency", "officer_recalled", ""),
    },
    "accept": {("citizen", "case_accepted", "")},
    "decline": {("citizen", "case_triage", ""), ("cmu", "cmu_triage", "")},
    "return": {("citizen", "case_triage", ""), ("cmu", "cmu_triage", "")},
    "ask": {("citizen", "case_question", "")},
    "reply": {("holder", "officer_reply", "")},
    "lapse": {("citizen", "case_resumed", ""), ("holder", "officer_lapsed", "")},
    "extend": {("citizen", "case_new_date", "")},
    "close": {("citizen", "case_answered", "")},
    "correct": set(),
    "withdraw": {("citizen", "case_withdrawn", ""), ("former_agency", "officer_withdrawn", "")},
    "archive": {("citizen", "case_archived", "")},
    "object": {("citizen", "case_objected", ""), ("cmu", "cmu_objection", "")},
    "uphold": {
        ("citizen", "case_upheld", "in_progress"),
        ("holder", "officer_upheld", "in_progress"),
        ("citizen", "case_triage", "triage"),
        ("cmu", "cmu_triage", "triage"),
    },
    "dismiss": {("citizen", "case_dismissed", "")},
    "amend": {("holder", "officer_added", "")},
    "add": {("holder", "officer_added", "")},
    "estimate": {("holder", "officer_directorate", "")},
    "find": {("holder", "officer_directorate", "")},
    "refuse_extension": {("holder", "officer_date_refused", "")},
    "send_back": {("holder", "officer_sent_back", "")},
    "add_task": {("partner", "officer_task", "")},
    "answer_task": {("holder", "officer_task_answered", "")},
    "drop_task": {("partner", "officer_task_dropped", "")},
}
# What has not left yet when the action is said, and then never does.
OVERTAKEN = {
    "file": set(),
    "refer": {
        "case_accepted", "case_moved", "case_new_date", "case_resumed", "case_triage", "case_upheld", "cmu_triage",
        "officer_added", "officer_due", "officer_lapsed", "officer_new_case", "officer_reminder", "officer_reply",
        "officer_upheld",
    },
    "accept": {"officer_due", "officer_new_case", "officer_reminder"},
    "decline": {
        "case_moved", "case_resumed", "officer_added", "officer_due", "officer_lapsed", "officer_new_case",
        "officer_reminder", "officer_reply",
    },
    "return": {
        "case_accepted", "case_moved", "case_new_date", "case_resumed", "case_upheld", "officer_added", "officer_due",
        "officer_lapsed", "officer_new_case", "officer_reminder", "officer_reply", "officer_upheld",
    },
    "ask": {
        "case_resumed", "cmu_triage", "officer_due", "officer_lapsed", "officer_new_case", "officer_reminder",
        "officer_reply",
    },
    "reply": {"case_accepted", "case_new_date", "case_question", "case_reminder", "case_upheld", "officer_upheld"},
    "lapse": {"case_accepted", "case_new_date", "case_question", "case_reminder", "case_upheld", "officer_upheld"},
    "extend": {
        "case_accepted", "case_new_date", "case_upheld", "officer_due", "officer_reminder", "officer_upheld",
    },
    "close": {
        "case_accepted", "case_late", "case_new_date", "case_resumed", "case_upheld", "officer_due", "officer_lapsed",
        "officer_new_case", "officer_reminder", "officer_reply", "officer_upheld",
    },
    "correct": {"case_answered", "case_unanswered"},
    "withdraw": {
        "case_accepted", "case_late", "case_moved", "case_new_date", "case_objected", "case_question", "case_reminder",
        "case_resumed", "case_triage", "case_upheld", "cmu_objection", "cmu_triage", "officer_added", "officer_due",
        "officer_lapsed", "officer_new_case", "officer_reminder", "officer_reply", "officer_upheld",
    },
    "archive": {
        "case_resumed", "case_triage", "cmu_triage", "officer_added", "officer_due", "officer_lapsed",
        "officer_new_case", "officer_reminder", "officer_reply",
    },
    "object": {"case_answered", "case_archived", "case_dismissed", "case_unanswered"},
    "uphold": {"case_objected", "cmu_objection", "officer_due", "officer_reminder"},
    "dismiss": {"case_objected", "cmu_objection", "officer_due", "officer_reminder"},
}  # fmt: skip
# Said by the clock, whatever the action before.
BY_THE_CLOCK = {"case_late", "case_reminder", "officer_due", "officer_reminder"}
# Said in place of a template of the table where the case asks for it.
INSTEAD = {"case_filed_by_phone", "case_unanswered"}
# What a case can put into the words of a message.
SAID_OF_A_CASE = {"ref", "kind", "agency", "date"}


def test_each_verb_tells_these_people_by_these_words() -> None:
    tells = {action.value: rule.tells for action, rule in ACTIONS.items() if rule.changes_state or rule.tells}
    assert {
        action: {(tell.party.value, tell.template, ", ".join(sorted(tell.into))) for tell in row}
        for action, row in tells.items()
    } == TOLD


def test_each_verb_overtakes_these_messages_and_no_other() -> None:
    assert {action.value: set(row.overtakes) for action, row in TRANSITIONS.items()} == OVERTAKEN


def test_no_receipt_is_ever_overtaken() -> None:
    receipts = {"case_received", "case_received_triage", "case_filed_by_phone", "case_withdrawn"}
    assert set().union(*OVERTAKEN.values()) & receipts == set()


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("channel", ["sms", "email"])
def test_whatever_is_told_has_words_in_both_languages_for_both_channels(channel: str, language: str) -> None:
    told = {template for row in TOLD.values() for _, template, _ in row} | INSTEAD | BY_THE_CLOCK
    words = {template: WORDINGS[language][template] for template in sorted(told)}
    assert [template for template, said in words.items() if not said.has_text_for(channel)] == []
    assert [template for template in told if not rendering.required_context(template) <= SAID_OF_A_CASE] == []


def test_whatever_can_be_overtaken_is_told_by_some_verb() -> None:
    told = {template for row in TOLD.values() for _, template, _ in row} | INSTEAD | BY_THE_CLOCK
    assert set().union(*OVERTAKEN.values()) - told == set()


# ---- what is cancelled, in life ----


def states(case: Case, template: str) -> set[str]:
    return set(Message.objects.filter(reference=case.reference, template=template).values_list("state", flat=True))


def told_to_citizen(case: Case) -> list[tuple[str, str]]:
    messages = Message.objects.filter(reference=case.reference, recipient__startswith="citizen:")
    return sorted(messages.values_list("template", "state"))


def test_an_acceptance_silences_the_telephones_that_have_not_rung(
    file_case: FileCase, omar: User, nadia: User, now: datetime
) -> None:
    case = file_case(at=now - timedelta(hours=12))
    assert states(case, "officer_new_case") == {"pending"}
    accept(case, by=nadia, at=now - timedelta(hours=11), days=2)
    assert states(case, "officer_new_case") == {"cancelled"}


def test_what_left_is_not_overtaken(referred: Case, omar: User, now: datetime) -> None:
    Message.objects.filter(template="officer_new_case", channel="email").update(state=MessageState.DELIVERED)
    accept(referred, by=omar, at=now, days=2)
    assert states(referred, "officer_new_case") == {"delivered", "cancelled"}


def test_declining_and_referring_leave_the_newest_word_alone(
    referred: Case, omar: User, lina: User, gam: Agency, yusuf: User, now: datetime
) -> None:
    decline(referred, by=omar, at=now, reason="other_place", text="للأمانة", proposed_agency=gam)
    assert (states(referred, "officer_new_case"), states(referred, "cmu_triage")) == ({"cancelled"}, {"pending"})
    refer(referred, by=lina, at=now + timedelta(minutes=1), agency=gam)
    assert (states(referred, "case_triage"), states(referred, "cmu_triage")) == ({"cancelled"}, {"cancelled"})
    waiting = Message.objects.filter(template="officer_new_case", state=MessageState.PENDING)
    assert {message.recipient for message in waiting} == {f"user:{yusuf.pk}"}
    assert told_to_citizen(referred) == [
        ("case_moved", "pending"),
        ("case_received", "pending"),
        ("case_triage", "cancelled"),
    ]


def test_a_recall_takes_the_promise_back(accepted: Case, lina: User, gam: Agency, yusuf: User, now: datetime) -> None:
    refer(accepted, by=lina, at=now + timedelta(minutes=1), agency=gam, reason="حكم")
    assert states(accepted, "case_accepted") == {"cancelled"}
    assert states(accepted, "officer_recalled") == {"pending"}


def test_a_return_takes_the_promise_back(accepted: Case, omar: User, gam: Agency, now: datetime) -> None:
    return_case(accepted, by=omar, at=now, reason="other_agency", text="للأمانة", proposed_agency=gam)
    assert (states(accepted, "case_accepted"), states(accepted, "case_triage")) == ({"cancelled"}, {"pending"})


def test_a_new_date_overtakes_the_one_before(
    accepted: Case, omar: User, nadia: User, lina: User, now: datetime
) -> None:
    for granter in (nadia, lina):
        propose_extension(accepted, by=omar, at=now, days=1, reason="تأخر وصول القطعة")
        extend(accepted, by=granter, at=now)
    assert told_to_citizen(accepted) == [
        ("case_accepted", "cancelled"),
        ("case_new_date", "cancelled"),
        ("case_new_date", "pending"),
        ("case_received", "pending"),
    ]


def test_a_question_that_is_answered_is_not_asked_any_more(
    accepted: Case, omar: User, amina: Citizen, now: datetime
) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    assert states(accepted, "case_accepted") == {"pending"}
    reply(accepted, by=amina.user, at=now + timedelta(days=1), text="4471")
    assert (states(accepted, "case_question"), states(accepted, "case_accepted")) == ({"cancelled"}, {"cancelled"})


def test_a_question_whose_time_is_over_is_not_asked_any_more(accepted: Case, omar: User, now: datetime) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    lapse(accepted, at=now + timedelta(days=15))
    assert (states(accepted, "case_question"), states(accepted, "case_resumed")) == ({"cancelled"}, {"pending"})


def test_a_correction_overtakes_the_answer(closed: Case, omar: User, now: datetime) -> None:
    correct(closed, by=omar, at=now + timedelta(minutes=1))
    assert states(closed, "case_answered") == {"cancelled"}


def test_an_objection_overtakes_the_answer_and_its_ruling_the_objection(
    closed: Case, amina: Citizen, lina: User, rami: User, now: datetime
) -> None:
    object_to(closed, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
    assert (states(closed, "case_answered"), states(closed, "case_objected")) == ({"cancelled"}, {"pending"})
    dismiss(closed, by=lina, at=now, reasons="سجل الضخ يبين وصول المياه.")
    assert (states(closed, "case_objected"), states(closed, "cmu_objection")) == ({"cancelled"}, {"cancelled"})
    object_to(closed, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
    uphold(closed, by=rami, at=now, days=1, reasons="لم يثبت وصول المياه.")
    assert (states(closed, "case_dismissed"), states(closed, "case_upheld")) == ({"cancelled"}, {"pending"})


def test_archiving_overtakes_the_search_for_an_agency(triaged: Case, lina: User, now: datetime) -> None:
    archive(triaged, by=lina, at=now, reason="الموضوع منظور أمام القضاء.")
    assert (states(triaged, "cmu_triage"), states(triaged, "case_archived")) == ({"cancelled"}, {"pending"})


def test_withdrawing_leaves_the_receipt_and_the_last_word(accepted: Case, amina: Citizen, now: datetime) -> None:
    withdraw(accepted, by=amina.user, at=now + timedelta(minutes=1))
    assert told_to_citizen(accepted) == [
        ("case_accepted", "cancelled"),
        ("case_received", "pending"),
        ("case_withdrawn", "pending"),
    ]
    assert states(accepted, "officer_new_case") == {"cancelled"}
    assert states(accepted, "officer_withdrawn") == {"pending"}


def test_nothing_of_another_case_is_overtaken(file_case: FileCase, amina: Citizen, now: datetime) -> None:
    first, second = file_case(), file_case()
    withdraw(first, by=amina.user, at=now)
    assert states(second, "officer_new_case") == {"pending"}


# ---- how the citizen is told ----


def of_citizen(case: Case, template: str) -> Message:
    return Message.objects.get(reference=case.reference, template=template)


def test_the_citizen_is_told_by_sms_and_reached_by_the_confirmed_email_else(
    file_case: FileCase, amina: Citizen
) -> None:
    message = of_citizen(file_case(), "case_received")
    assert (message.channel, message.address, message.other_address) == ("sms", amina.phone, "amina@home.example")
    assert (message.must_reach, message.daytime, message.not_before) == (True, True, None)


def test_the_citizen_who_chose_email_is_reached_by_sms_else(file_case: FileCase, amina: Citizen) -> None:
    message = of_citizen(file_case(notify_by="email"), "case_received")
    assert (message.channel, message.address, message.other_address) == ("email", "amina@home.example", amina.phone)


def test_an_email_that_nobody_confirmed_gets_nothing(file_case: FileCase, amina: Citizen) -> None:
    amina.email_confirmed_at = None
    amina.save(update_fields=["email_confirmed_at"])
    message = of_citizen(file_case(notify_by="email"), "case_received")
    assert (message.channel, message.address, message.other_address) == ("sms", amina.phone, None)


def test_a_message_speaks_the_language_the_person_has_chosen_by_now(
    referred: Case, amina: Citizen, omar: User, now: datetime
) -> None:
    amina.language = "en"
    amina.save(update_fields=["language"])
    accept(referred, by=omar, at=now, days=2)
    assert of_citizen(referred, "case_received").language == "ar"
    accepted = of_citizen(referred, "case_accepted")
    assert (accepted.language, "accepted by Miyahuna" in accepted.body) == ("en", True)


def test_the_preview_speaks_as_the_message_will(referred: Case, amina: Citizen, now: datetime) -> None:
    amina.language = "en"
    amina.save(update_fields=["language"])
    shown = notices.preview("case_accepted", case=Case.objects.get(pk=referred.pk), on=date(2026, 1, 6), at=now)
    assert (shown.language, shown.channel, "6/1/2026" in shown.body) == ("en", "sms", True)


def test_closing_for_want_of_a_reply_says_so(accepted: Case, omar: User, now: datetime) -> None:
    close(accepted, by=omar, at=now, outcome="no_reply", found=FOUND, done=DONE)
    assert (states(accepted, "case_unanswered"), states(accepted, "case_answered")) == ({"pending"}, set())
    correct(accepted, by=omar, at=now)
    assert states(accepted, "case_unanswered") == {"cancelled"}


def test_staff_are_told_by_two_messages_that_do_not_stand_in_for_each_other(referred: Case, omar: User) -> None:
    messages = Message.objects.filter(template="officer_new_case").order_by("channel")
    assert [(m.channel, m.address, m.other_address, m.must_reach) for m in messages] == [
        ("email", omar.email, None, False),
        ("sms", omar.phone, None, False),
    ]


# ---- who is woken when ----


@pytest.fixture
def year(hours: WorkingHours) -> None:
    """The Ramadan of 2026 as announced, and a day off on a Sunday."""
    WorkingHours.objects.create(
        period=Period.RAMADAN,
        starts_on=date(2026, 2, 18),
        ends_on=date(2026, 3, 19),
        opens=time(9),
        closes=time(14, 30),
    )
    Holiday.objects.create(on=date(2026, 1, 25), name_ar="عطلة", name_en="Day off")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=AMMAN)


def may_leave(message: Message, at: datetime) -> bool:
    """Tell whether a sender may take the message when the database's clock says ``at``."""
    ripe = message.not_before is None or message.not_before <= at
    return ripe and Message.objects.filter(quiet_hours.wakes_nobody(Value(at)), pk=message.pk).exists()


SUNDAY, EVENING, NIGHT = "2026-01-04 10:00", "2026-01-04 20:59", "2026-01-04 21:00"
THURSDAY, FRIDAY = "2026-01-08 16:00", "2026-01-09 03:00"
WAKING = [
    # Working hours: everybody at once.
    ("normal", SUNDAY, "sms", "amina", None),
    ("normal", SUNDAY, "email", "amina", None),
    ("normal", SUNDAY, "sms", "omar", None),
    ("normal", SUNDAY, "email", "omar", None),
    ("normal", "2026-01-04 08:30", "sms", "omar", None),
    ("normal", "2026-01-04 15:29", "sms", "omar", None),
    # Out of them officers' telephones wait; from 21:00 to 08:00 the citizens' do; e-mail wakes nobody.
    ("normal", "2026-01-04 08:29", "sms", "omar", "2026-01-04 08:30"),
    ("normal", "2026-01-04 15:30", "sms", "omar", "2026-01-05 08:30"),
    ("normal", EVENING, "sms", "amina", None),
    ("normal", EVENING, "sms", "omar", "2026-01-05 08:30"),
    ("normal", EVENING, "email", "omar", None),
    ("normal", NIGHT, "sms", "amina", "2026-01-05 08:00"),
    ("normal", NIGHT, "email", "amina", None),
    ("normal", NIGHT, "email", "omar", None),
    ("high", NIGHT, "sms", "amina", "2026-01-05 08:00"),
    ("high", NIGHT, "sms", "omar", "2026-01-05 08:30"),
    ("low", "2026-01-05 07:59", "sms", "amina", "2026-01-05 08:00"),
    ("low", "2026-01-05 08:00", "sms", "amina", None),
    # Thursday evening waits for Sunday, and for Monday where Sunday is a day off; citizens have no weekend.
    ("normal", THURSDAY, "sms", "omar", "2026-01-11 08:30"),
    ("normal", FRIDAY, "sms", "omar", "2026-01-11 08:30"),
    ("normal", FRIDAY, "sms", "amina", "2026-01-09 08:00"),
    ("normal", FRIDAY, "email", "omar", None),
    ("normal", "2026-01-22 16:00", "sms", "omar", "2026-01-26 08:30"),
    # Ramadan opens later and closes earlier.
    ("normal", "2026-02-18 08:45", "sms", "omar", "2026-02-18 09:00"),
    ("normal", "2026-02-18 14:30", "sms", "omar", "2026-02-19 09:00"),
    ("normal", "2026-03-19 15:00", "sms", "omar", "2026-03-22 08:30"),
    # Summer time ended for good in 2022: the nights on which clocks were changed are like any other.
    ("normal", "2026-03-26 16:00", "sms", "omar", "2026-03-29 08:30"),
    ("normal", "2026-10-29 16:00", "sms", "omar", "2026-11-01 08:30"),
    # Urgent topics wake people, at any hour.
    ("urgent", NIGHT, "sms", "amina", None),
    ("urgent", NIGHT, "sms", "omar", None),
    ("urgent", NIGHT, "email", "omar", None),
    ("urgent", FRIDAY, "sms", "amina", None),
    ("urgent", FRIDAY, "sms", "omar", None),
    ("urgent", "2026-02-18 03:00", "sms", "omar", None),
    ("urgent", "2026-01-25 12:00", "sms", "omar", None),
]


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize("row", WAKING, ids=lambda row: " ".join(map(str, row)))
def test_who_is_woken_when(
    file_case: FileCase, outage: Topic, settings: Settings, row: tuple[str, str, str, str, str | None]
) -> None:
    priority, at, channel, person, until = row
    settings.QUIET_HOURS = "21:00-08:00"
    outage.priority = priority
    outage.save(update_fields=["priority"])
    file_case(at=moment(at), notify_by=channel)
    template = {"amina": "case_received", "omar": "officer_new_case"}[person]
    message = Message.objects.get(template=template, channel=channel)
    if until is None:
        assert may_leave(message, moment(at))
        return
    minute = timedelta(minutes=1)
    assert [may_leave(message, moment(each)) for each in (at, until)] == [False, True]
    assert not may_leave(message, moment(until) - minute)


@pytest.mark.usefixtures("year")
@pytest.mark.parametrize("at", ["2026-03-26 16:00", "2026-10-29 16:00"])
def test_opening_time_is_half_past_five_in_utc_all_year(file_case: FileCase, at: str) -> None:
    file_case(at=moment(at))
    waiting = Message.objects.get(template="officer_new_case", channel="sms").not_before
    assert waiting is not None
    assert waiting.astimezone(UTC).time() == time(5, 30)


def test_the_cmu_is_told_by_email_and_by_sms_when_an_urgent_case_has_no_agency(
    file_case: FileCase, outage: Topic, lina: User
) -> None:
    ordinary = file_case(agency=None, at=moment(FRIDAY))
    outage.priority = "urgent"
    outage.save(update_fields=["priority"])
    urgent = file_case(agency=None, at=moment(FRIDAY))
    told = Message.objects.filter(template="cmu_triage", recipient=f"user:{lina.pk}")
    assert set(told.filter(reference=ordinary.reference).values_list("channel", "not_before")) == {("email", None)}
    assert set(told.filter(reference=urgent.reference).values_list("channel", "not_before")) == {
        ("email", None),
        ("sms", None),
    }


def test_an_objection_wakes_nobody_at_the_cmu(closed: Case, outage: Topic, amina: Citizen, lina: User) -> None:
    outage.priority = "urgent"
    outage.save(update_fields=["priority"])
    object_to(closed, by=amina.user, at=moment("2026-01-05 23:00"), text="ما زالت المياه مقطوعة.")
    assert [m.channel for m in Message.objects.filter(template="cmu_objection")] == ["email"]


def test_what_is_urgent_is_not_stopped_by_a_cap_on_spending(file_case: FileCase, outage: Topic) -> None:
    file_case()
    assert set(Message.objects.values_list("daytime", flat=True)) == {True}
    Message.objects.all().delete()
    outage.priority = "urgent"
    outage.save(update_fields=["priority"])
    file_case()
    assert set(Message.objects.values_list("daytime", flat=True)) == {False}


def test_a_caller_is_told_where_to_follow_and_is_not_woken_either(file_case: FileCase, sami: User) -> None:
    message = of_citizen(file_case(by=sami, channel=CaseChannel.PHONE), "case_filed_by_phone")
    assert (message.daytime, message.must_reach) == (True, True)


# ---- what it costs ----


@pytest.mark.parametrize("officers", [1, 3])
def test_telling_more_officers_takes_no_more_statements(
    file_case: FileCase, water: Agency, officers: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, officers):
        make_staff(f"o{number}@miyahuna.example", "موظف", "Officer", f"+96279010010{number}", water, Role.OFFICER)
    editions.in_force()  # the words of messages are read twice a minute, not with each case
    with django_assert_num_queries(9):  # officers, numbers, calendar, case, event, clock, holding, messages and a look
        file_case(at=moment(FRIDAY))
    assert Message.objects.filter(template="officer_new_case").count() == 2 * officers


def test_only_a_waiting_telephone_asks_for_the_calendar(
    accepted: Case, amina: Citizen, omar: User, outage: Topic, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[WorkingCalendar] = []

    def ask_for_it() -> WorkingCalendar:
        asked.append(current_calendar())
        return asked[-1]

    monkeypatch.setattr("complaints.engine.change.current_calendar", ask_for_it)
    add(accepted, by=amina.user, at=now, text="معلومة")
    assert len(asked) == 1
    outage.priority = "urgent"
    outage.save(update_fields=["priority"])
    add(accepted, by=amina.user, at=now, text="معلومة أخرى")
    assert len(asked) == 1


# ---- a stopped broker ----


@pytest.fixture
def dead_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Point the broker's address to a port where nobody listens."""
    for name in ("broker_url", "broker_write_url"):
        monkeypatch.setattr(current_app.conf, name, "redis://127.0.0.1:1/0")
    worker_signal.reset()
    yield
    worker_signal.reset()


@pytest.mark.usefixtures("dead_broker")
def test_a_case_closes_without_a_broker_and_the_message_is_owed(
    accepted: Case,
    omar: User,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with (
        caplog.at_level(logging.ERROR, logger="notifications.runtime.worker_signal"),
        django_capture_on_commit_callbacks(execute=True) as rung,
    ):
        close(accepted, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    accepted.refresh_from_db()
    owed = Message.objects.get(template="case_answered")
    assert (accepted.state, owed.state, owed.reference) == ("closed", "pending", accepted.reference)
    assert (len(rung), [record.lane for record in caplog.records]) == (1, ["notices"])  # type: ignore[attr-defined]


def test_an_officer_is_told_nothing_as_staff_of_a_case_of_their_own(
    file_case: FileCase, omar: User, nadia: User, amina: Citizen, water: Agency, now: datetime
) -> None:
    User.objects.filter(pk=omar.pk).update(person=amina)
    rana = make_staff("rana@miyahuna.example", "رنا الزعبي", "Rana Zoubi", "+962790100021", water, Role.OFFICER)
    case = file_case()
    with pytest.raises(NobodyToRemind):
        remind_officer(case, by=rana, at=now)
    remind_officer(case, by=nadia, at=now)
    told = Message.objects.filter(recipient__startswith="user:").values_list("template", "recipient").distinct()
    assert set(told) == {("officer_new_case", f"user:{rana.pk}"), ("officer_reminded", f"user:{rana.pk}")}
