"""Filing, correcting, adding to and withdrawing a case: what each leaves behind, and the most of a day."""

from datetime import datetime, timedelta

import pytest

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.actions import (
    accept,
    add,
    amend,
    ask,
    object_to,
    withdraw,
)
from complaints.actions.filing import MOST_ADDED_A_DAY, MOST_FILED_A_DAY, TooManyToday, file_draft
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case, Channel, Clock, Draft
from tests.complaints import DETAILS, SUBJECT
from tests.complaints.actions.traces import AMMAN, SECOND_CLOSING, Traces, assert_whole, officers, traces
from tests.complaints.cases import FileCase


def test_filing_refers_to_the_chosen_agency(referred: Case) -> None:
    assert traces(referred) == Traces(
        event=(1, "file", "", "referred"),
        held_by="agency",
        clock=("decide_competence", SECOND_CLOSING),
        told={("case_received", "sms", "citizen"), *officers("officer_new_case")},
    )
    assert referred.reference.startswith("26")
    assert_whole(referred)


def test_filing_without_an_agency_waits_in_triage(triaged: Case) -> None:
    assert traces(triaged) == Traces(
        event=(1, "file", "", "triage"),
        held_by="cmu",
        clock=("find_owner", datetime(2026, 1, 5, 15, 30, tzinfo=AMMAN)),
        told={("case_received_triage", "sms", "citizen"), ("cmu_triage", "email", "user")},
    )
    assert_whole(triaged)


def test_an_agency_without_an_active_officer_sends_to_triage(file_case: FileCase, gam: Agency) -> None:
    case = file_case(agency=gam)
    assert (case.state, case.agency) == ("triage", None)
    assert case.events.get().facts["chosen_agency"] == gam.pk


def test_a_topic_withheld_from_the_agency_goes_to_triage(file_case: FileCase, outage: Topic) -> None:
    outage.withheld_from_agency = outage.hides_identity = True
    outage.save(update_fields=["withheld_from_agency", "hides_identity"])
    assert file_case().state == "triage"


def test_an_agent_files_for_a_caller(file_case: FileCase, sami: User) -> None:
    case = file_case(by=sami, channel=Channel.PHONE)
    assert case.entered_by == sami
    assert ("case_filed_by_phone", "sms", "citizen") in traces(case).told


def test_nobody_else_files_for_a_citizen(file_case: FileCase, karim: Citizen, omar: User) -> None:
    for stranger in (karim.user, omar):
        with pytest.raises(NotEntitled):
            file_case(by=stranger)
    assert Case.objects.count() == 0


@pytest.mark.parametrize("state", ["triaged", "referred", "accepted"])
def test_the_citizen_withdraws_an_open_case(
    state: str, amina: Citizen, now: datetime, request: pytest.FixtureRequest
) -> None:
    case: Case = request.getfixturevalue(state)
    told = {"triaged": set()}.get(state, officers("officer_withdrawn"))
    withdraw(case, by=amina.user, at=now)
    assert traces(case).told == {("case_withdrawn", "sms", "citizen"), *told}
    assert (case.state, case.outcome, traces(case).held_by, traces(case).clock) == ("closed", "withdrawn", None, None)
    assert_whole(case)


def test_withdrawing_while_asked_ends_the_question_and_both_clocks(
    accepted: Case, omar: User, amina: Citizen, now: datetime
) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    withdraw(accepted, by=amina.user, at=now + timedelta(hours=1))
    assert accepted.questions.filter(ended_at=None).count() == 0
    assert Clock.objects.filter(case=accepted, ended_at=None).count() == 0
    assert_whole(accepted)


def test_what_was_withdrawn_stays_withdrawn(referred: Case, amina: Citizen, now: datetime) -> None:
    withdraw(referred, by=amina.user, at=now)
    with pytest.raises(TransitionNotAllowed):
        object_to(referred, by=amina.user, at=now, text="غيرت رأيي")
    with pytest.raises(TransitionNotAllowed) as refused:
        withdraw(referred, by=amina.user, at=now)
    assert (refused.value.state, refused.value.last.action) == ("closed", "withdraw")


def test_the_citizen_corrects_before_acceptance_only(referred: Case, omar: User, amina: Citizen, now: datetime) -> None:
    amend(referred, by=amina.user, at=now, subject="انقطاع المياه عن شارعنا", details=DETAILS, place="شارع 3")
    assert traces(referred).event == (2, "amend", "referred", "referred")
    assert traces(referred).told == officers("officer_added")
    assert (referred.subject, referred.revisions.get().subject) == ("انقطاع المياه عن شارعنا", SUBJECT)
    accept(referred, by=omar, at=now, days=2)
    with pytest.raises(TransitionNotAllowed):
        amend(referred, by=amina.user, at=now, subject="لا", details="لا")


def test_the_citizen_adds_information_while_the_case_is_open(closed: Case, amina: Citizen, now: datetime) -> None:
    with pytest.raises(TransitionNotAllowed):
        add(closed, by=amina.user, at=now, text="معلومة")


def test_added_information_reaches_the_holder(accepted: Case, amina: Citizen, karim: Citizen, now: datetime) -> None:
    add(accepted, by=amina.user, at=now, text="عادت المياه ليلًا ثم انقطعت.")
    assert traces(accepted).event == (3, "add", "in_progress", "in_progress")
    assert traces(accepted).told == officers("officer_added")
    with pytest.raises(NotEntitled):
        add(accepted, by=karim.user, at=now, text="فضول")
    assert accepted.additions.count() == 1


def test_a_person_files_twenty_cases_a_day_and_no_more(
    file_case: FileCase, amina: Citizen, water: Agency, outage: Topic, now: datetime
) -> None:
    for minutes in range(MOST_FILED_A_DAY):
        file_case(at=now + timedelta(minutes=minutes))
    draft = Draft.objects.create(
        citizen=amina, kind="complaint", agency=water, topic=outage, subject="تسرب", details=DETAILS, updated_at=now
    )
    with pytest.raises(TooManyToday):
        file_draft(draft, by=amina.user, at=now + timedelta(hours=1), language="ar")
    assert (Case.objects.count(), Draft.objects.count()) == (MOST_FILED_A_DAY, 1)
    file_draft(draft, by=amina.user, at=now + timedelta(days=1), language="ar")
    assert Case.objects.count() == MOST_FILED_A_DAY + 1


def test_a_case_takes_ten_additions_a_day_and_no_more(accepted: Case, amina: Citizen, now: datetime) -> None:
    for minutes in range(MOST_ADDED_A_DAY):
        add(accepted, by=amina.user, at=now + timedelta(minutes=minutes), text="معلومة")
    with pytest.raises(TooManyToday):
        add(accepted, by=amina.user, at=now + timedelta(hours=1), text="معلومة")
    add(accepted, by=amina.user, at=now + timedelta(days=2), text="معلومة")
    assert accepted.additions.count() == MOST_ADDED_A_DAY + 1


def test_history_holds_no_words(accepted: Case, amina: Citizen, now: datetime) -> None:
    add(accepted, by=amina.user, at=now, text="كلمة سرية")
    facts = "".join(str(event.facts) for event in accepted.events.all())
    assert [word for word in (SUBJECT, DETAILS, "كلمة سرية", "أمينة") if word in facts] == []


def test_a_draft_is_filed_once(amina: Citizen, water: Agency, outage: Topic, omar: User, now: datetime) -> None:
    draft = Draft.objects.create(
        citizen=amina, kind="complaint", agency=water, topic=outage, subject=SUBJECT, details=DETAILS, updated_at=now
    )
    first = file_draft(draft, by=amina.user, at=now, language="ar")
    second = file_draft(draft, by=amina.user, at=now, language="ar")
    assert (first.pk, Case.objects.count(), Draft.objects.count()) == (second.pk, 1, 0)


def test_email_is_the_way_when_chosen(file_case: FileCase, amina: Citizen) -> None:
    case = file_case(citizen=amina, notify_by="email")
    assert ("case_received", "email", "citizen") in traces(case).told
