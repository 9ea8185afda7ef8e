"""Who is told of what and by which way: spelled out by hand, never derived from the table."""

import logging
from collections.abc import Iterator
from datetime import date, datetime

import pytest
from celery import current_app
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency
from complaints.actions import (
    accept,
    close,
    remind_officer,
)
from complaints.actions.decisions import NobodyToRemind
from complaints.engine import notices
from complaints.models import Case
from complaints.workflow import ACTIONS, TRANSITIONS
from notifications import runtime
from notifications.models import Message
from notifications.wordings import WORDINGS, required_context
from tests.cast import make_staff
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.message_states import of_citizen

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
    "reply": {("citizen", "case_accepted", "in_progress"), ("holder", "officer_reply", "")},
    "lapse": {
        ("citizen", "case_resumed", ""),
        ("citizen", "case_accepted", "in_progress"),
        ("holder", "officer_lapsed", ""),
    },
    "extend": {("citizen", "case_new_date", "")},
    "close": {("citizen", "case_answered", "")},
    "deliver": {("citizen", "case_delivered", "")},
    "undo": set(),
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
    "classify": {("citizen", "case_earlier_date", "")},
    "amend": {("holder", "officer_added", "")},
    "add": {("holder", "officer_added", "")},
    "estimate": {("holder", "officer_directorate", "")},
    "find": {("holder", "officer_directorate", "")},
    "refuse_extension": {("holder", "officer_date_refused", "")},
    "send_back": {("holder", "officer_sent_back", "")},
    "add_task": {("partner", "officer_task", "")},
    "answer_task": {("holder", "officer_task_answered", "")},
    "drop_task": {("partner", "officer_task_dropped", "")},
    "ask_unit": {("cmu", "cmu_asked", "")},
}
# What has not left yet when the action is said, and then never does.
OVERTAKEN = {
    "file": set(),
    "refer": {
        "case_accepted", "case_moved", "case_new_date", "case_resumed", "case_triage", "case_upheld", "cmu_triage",
        "officer_added", "officer_due", "officer_lapsed", "officer_new_case", "officer_praise", "officer_reminder",
        "officer_reply", "officer_upheld",
    },
    "accept": {"officer_due", "officer_new_case", "officer_reminder"},
    "decline": {
        "case_moved", "case_resumed", "officer_added", "officer_due", "officer_lapsed", "officer_new_case",
        "officer_praise", "officer_reminder", "officer_reply",
    },
    "return": {
        "case_accepted", "case_moved", "case_new_date", "case_resumed", "case_upheld", "officer_added", "officer_due",
        "officer_lapsed", "officer_new_case", "officer_praise", "officer_reminder", "officer_reply", "officer_upheld",
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
    "deliver": {
        "case_accepted", "case_late", "case_moved", "case_new_date", "case_resumed", "case_upheld", "officer_added",
        "officer_due", "officer_lapsed", "officer_new_case", "officer_praise", "officer_reminder", "officer_reply",
        "officer_upheld",
    },
    "undo": set(),
    "withdraw": {
        "case_accepted", "case_late", "case_moved", "case_new_date", "case_objected", "case_question", "case_reminder",
        "case_resumed", "case_triage", "case_upheld", "cmu_objection", "cmu_triage", "officer_added", "officer_due",
        "officer_lapsed", "officer_new_case", "officer_praise", "officer_reminder", "officer_reply", "officer_upheld",
    },
    "archive": {
        "case_resumed", "case_triage", "cmu_triage", "officer_added", "officer_due", "officer_lapsed",
        "officer_new_case", "officer_praise", "officer_reminder", "officer_reply",
    },
    "object": {
        "case_adopted", "case_answered", "case_archived", "case_dismissed", "case_not_adopted", "case_rating",
        "case_unanswered",
    },
    "uphold": {"case_objected", "cmu_objection", "officer_due", "officer_reminder"},
    "dismiss": {"case_objected", "cmu_objection", "officer_due", "officer_reminder"},
}  # fmt: skip
# Said by the clock, whatever the action before.
BY_THE_CLOCK = {"case_late", "case_rating", "case_reminder", "officer_due", "officer_reminder"}
# Said in place of a template of the table where the case asks for it.
INSTEAD = {"case_adopted", "case_filed_by_phone", "case_not_adopted", "case_unanswered", "officer_praise"}
# What a case can put into the words of a message; ``late`` comes with the clock that tells it.
SAID_OF_A_CASE = {"ref", "kind", "agency", "date", "late"}


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
    assert [template for template in told if not required_context(template) <= SAID_OF_A_CASE] == []


def test_whatever_can_be_overtaken_is_told_by_some_verb() -> None:
    told = {template for row in TOLD.values() for _, template, _ in row} | INSTEAD | BY_THE_CLOCK
    assert set().union(*OVERTAKEN.values()) - told == set()


# ---- how the citizen is told ----


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


def test_staff_are_told_by_two_messages_that_do_not_stand_in_for_each_other(referred: Case, omar: User) -> None:
    messages = Message.objects.filter(template="officer_new_case").order_by("channel")
    assert [(m.channel, m.address, m.other_address, m.must_reach) for m in messages] == [
        ("email", omar.email, None, False),
        ("sms", omar.phone, None, False),
    ]


# ---- a stopped broker ----


@pytest.fixture
def dead_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Point the broker's address to a port where nobody listens."""
    monkeypatch.setitem(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    runtime.reset()
    yield
    runtime.reset()


@pytest.mark.usefixtures("dead_broker")
def test_a_case_closes_without_a_broker_and_the_message_is_owed(
    accepted: Case,
    omar: User,
    now: datetime,
    caplog: pytest.LogCaptureFixture,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with (
        caplog.at_level(logging.ERROR, logger="notifications.runtime"),
        django_capture_on_commit_callbacks(execute=True) as rung,
    ):
        close(accepted, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    accepted.refresh_from_db()
    owed = Message.objects.get(template="case_answered")
    assert (accepted.state, owed.state, owed.reference) == ("closed", "pending", accepted.reference)
    assert (len(rung), [record.lane for record in caplog.records]) == (1, ["notices"])


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
