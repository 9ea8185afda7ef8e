"""Accepting, declining, returning and moving a promised date, followed through event, holding, clock and message."""

from datetime import date, datetime, timedelta

import pytest

from accounts.models import Citizen, User
from agencies.models import Agency, Directorate
from complaints.actions import (
    accept,
    decline,
    extend,
    propose_extension,
    return_case,
)
from complaints.actions.decisions import NothingProposed, OwnAgencyProposed, PromiseTooLate
from complaints.engine.transition import NotEntitled
from complaints.models import Case
from notifications.models import Message, MessageState
from tests.complaints.actions.traces import AMMAN, FIFTH_CLOSING, Traces, assert_whole, traces


def test_accepting_promises_a_date(referred: Case, omar: User, water: Agency, now: datetime) -> None:
    directorate = Directorate.objects.filter(agency=water).first()
    accept(referred, by=omar, at=now, days=5, directorate=directorate)
    assert traces(referred) == Traces(
        event=(2, "accept", "referred", "in_progress"),
        held_by="agency",
        clock=("answer", FIFTH_CLOSING),
        told={("case_accepted", "sms", "citizen")},
    )
    assert referred.promised_on == date(2026, 1, 11)
    assert (referred.officer, referred.directorate) == (omar, directorate)
    assert referred.clocks.get(kind="decide_competence").ending == "met"
    assert_whole(referred)


def test_a_promise_beyond_the_topics_limit_is_refused(referred: Case, omar: User, now: datetime) -> None:
    with pytest.raises(PromiseTooLate) as refused:
        accept(referred, by=omar, at=now, days=8)
    assert refused.value.latest == date(2026, 1, 13)
    assert traces(referred).event == (1, "file", "", "referred")


def test_the_limit_counts_from_filing(referred: Case, omar: User, now: datetime) -> None:
    with pytest.raises(PromiseTooLate) as refused:
        accept(referred, by=omar, at=now + timedelta(days=2), days=6)
    assert refused.value.latest == date(2026, 1, 13)


def test_a_case_past_its_limit_still_gets_one_working_day(referred: Case, omar: User, now: datetime) -> None:
    later = now + timedelta(days=21)
    accept(referred, by=omar, at=later, days=1)
    assert referred.promised_on == date(2026, 1, 26)


@pytest.mark.parametrize("person", ["yusuf", "lina", "sami", "amina"])
def test_only_the_agencys_desk_accepts(
    referred: Case, person: str, request: pytest.FixtureRequest, now: datetime
) -> None:
    somebody = request.getfixturevalue(person)
    with pytest.raises(NotEntitled):
        accept(referred, by=getattr(somebody, "user", somebody), at=now, days=2)
    assert traces(referred).event[1] == "file"


def test_an_officer_does_not_handle_a_case_of_the_own_person(
    referred: Case, omar: User, amina: Citizen, now: datetime
) -> None:
    omar.person = amina
    omar.save()
    with pytest.raises(NotEntitled):
        accept(referred, by=omar, at=now, days=2)


def test_declining_brings_the_case_to_triage(referred: Case, omar: User, gam: Agency, now: datetime) -> None:
    decline(referred, by=omar, at=now, reason="other_place", text="الشارع ضمن حدود الأمانة.", proposed_agency=gam)
    assert traces(referred) == Traces(
        event=(2, "decline", "referred", "triage"),
        held_by="cmu",
        clock=("find_owner", datetime(2026, 1, 5, 15, 30, tzinfo=AMMAN)),
        told={("case_triage", "sms", "citizen"), ("cmu_triage", "email", "user")},
    )
    assert (referred.agency, referred.bounces) == (None, 1)
    assert referred.refusals.get().proposed_agency == gam
    assert referred.events.latest("number").agency == omar.memberships.get().agency
    assert_whole(referred)


def test_an_agency_cannot_propose_itself(referred: Case, omar: User, water: Agency, now: datetime) -> None:
    with pytest.raises(OwnAgencyProposed):
        decline(referred, by=omar, at=now, reason="other_agency", text="ليس لنا", proposed_agency=water)
    assert traces(referred).event[1] == "file"


def test_returning_after_accepting_takes_the_promise_back(
    accepted: Case, omar: User, gam: Agency, now: datetime
) -> None:
    return_case(accepted, by=omar, at=now, reason="other_agency", text="تبين أنها للأمانة.", proposed_agency=gam)
    assert traces(accepted) == Traces(
        event=(3, "return", "in_progress", "triage"),
        held_by="cmu",
        clock=("find_owner", datetime(2026, 1, 5, 15, 30, tzinfo=AMMAN)),
        told={("case_triage", "sms", "citizen"), ("cmu_triage", "email", "user")},
    )
    assert (accepted.promised_on, accepted.limit_from) == (None, now)
    assert Message.objects.get(template="case_accepted").state == MessageState.CANCELLED
    assert_whole(accepted)


def test_the_first_extension_is_granted_by_the_supervisor(
    accepted: Case, omar: User, nadia: User, lina: User, now: datetime
) -> None:
    propose_extension(accepted, by=omar, at=now, days=3, reason="تأخر وصول القطعة")
    assert traces(accepted).event == (3, "propose_extension", "in_progress", "in_progress")
    with pytest.raises(NotEntitled):
        extend(accepted, by=lina, at=now)
    extend(accepted, by=nadia, at=now)
    assert traces(accepted) == Traces(
        event=(4, "extend", "in_progress", "in_progress"),
        held_by="agency",
        clock=("answer", datetime(2026, 1, 14, 15, 30, tzinfo=AMMAN)),
        told={("case_new_date", "sms", "citizen")},
    )
    assert accepted.promised_on == date(2026, 1, 14)
    assert accepted.clocks.get(kind="answer").first_due_at == FIFTH_CLOSING
    assert Message.objects.get(template="case_accepted").state == MessageState.CANCELLED


def test_the_second_extension_is_granted_by_the_cmu(
    accepted: Case, omar: User, nadia: User, lina: User, now: datetime
) -> None:
    for granter in (nadia, lina):
        propose_extension(accepted, by=omar, at=now, days=1, reason="تأخر وصول القطعة")
        if granter is lina:
            with pytest.raises(NotEntitled):
                extend(accepted, by=nadia, at=now)
        extend(accepted, by=granter, at=now)
    assert accepted.promised_on == date(2026, 1, 13)
    with pytest.raises(NothingProposed):
        extend(accepted, by=lina, at=now)


def test_nobody_grants_a_date_they_proposed_themselves(accepted: Case, nadia: User, now: datetime) -> None:
    propose_extension(accepted, by=nadia, at=now, days=1, reason="تأخر وصول القطعة")
    with pytest.raises(NotEntitled):
        extend(accepted, by=nadia, at=now)
