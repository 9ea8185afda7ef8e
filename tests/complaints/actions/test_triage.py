"""Referring, recalling and archiving by the unit, followed through event, holding, clock and message."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from agencies.models import Agency
from complaints.actions import (
    archive,
    refer,
)
from complaints.actions.classification import AlreadyThere, NoActiveOfficer
from complaints.models import Case
from tests.complaints.actions.traces import SECOND_CLOSING, Traces, assert_whole, officers, traces


def test_the_cmu_refers_from_triage(triaged: Case, lina: User, gam: Agency, yusuf: User, now: datetime) -> None:
    refer(triaged, by=lina, at=now, agency=gam)
    assert traces(triaged) == Traces(
        event=(2, "refer", "triage", "referred"),
        held_by="agency",
        clock=("decide_competence", SECOND_CLOSING),
        told={("case_moved", "sms", "citizen"), *officers("officer_new_case")},
    )
    assert (triaged.agency, triaged.limit_from) == (gam, now)
    assert_whole(triaged)


def test_the_cmu_recalls_a_case_from_an_agency(
    accepted: Case, lina: User, gam: Agency, yusuf: User, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    refer(accepted, by=lina, at=later, agency=gam, reason="حكم الوحدة", resets_limit=True)
    assert traces(accepted) == Traces(
        event=(3, "refer", "in_progress", "referred"),
        held_by="agency",
        clock=("decide_competence", SECOND_CLOSING),
        told={("case_moved", "sms", "citizen"), *officers("officer_new_case"), *officers("officer_recalled")},
    )
    assert accepted.limit_from == later
    assert accepted.clocks.get(kind="answer").ending == "stopped"
    assert_whole(accepted)


def test_resetting_the_limit_needs_a_reason(triaged: Case, lina: User, gam: Agency, yusuf: User, now: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        refer(triaged, by=lina, at=now, agency=gam, resets_limit=True)


def test_a_referral_needs_somebody_to_receive_it(triaged: Case, lina: User, gam: Agency, now: datetime) -> None:
    with pytest.raises(NoActiveOfficer):
        refer(triaged, by=lina, at=now, agency=gam)
    assert traces(triaged).event[1] == "file"


def test_a_case_is_not_referred_to_where_it_is(referred: Case, lina: User, water: Agency, now: datetime) -> None:
    with pytest.raises(AlreadyThere):
        refer(referred, by=lina, at=now, agency=water)


def test_the_cmu_archives_what_is_no_case(triaged: Case, lina: User, now: datetime) -> None:
    archive(triaged, by=lina, at=now, reason="الموضوع منظور أمام القضاء.")
    assert traces(triaged) == Traces(
        event=(2, "archive", "triage", "closed"),
        held_by=None,
        clock=("may_object", now + timedelta(days=14)),
        told={("case_archived", "sms", "citizen")},
    )
    assert triaged.outcome == "inadmissible"
    assert_whole(triaged)
