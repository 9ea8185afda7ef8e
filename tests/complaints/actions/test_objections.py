"""Objections: a state of the same case, within fourteen days, decided by somebody uninvolved."""

from datetime import date, datetime, timedelta

import pytest

from accounts.models import Citizen, User
from agencies.models import Agency
from complaints.actions import (
    accept,
    archive,
    close,
    dismiss,
    object_to,
    rate,
    refer,
    uphold,
)
from complaints.case_text.citizen_case import objecting
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case
from tests.complaints import DONE, FOUND
from tests.complaints.actions.traces import AMMAN, SECOND_CLOSING, Traces, assert_whole, officers, traces


def test_an_objection_is_a_state_of_the_same_case(closed: Case, amina: Citizen, now: datetime) -> None:
    object_to(closed, by=amina.user, at=now + timedelta(days=1), text="ما زالت المياه مقطوعة.")
    assert traces(closed) == Traces(
        event=(4, "object", "closed", "objected"),
        held_by="cmu",
        clock=("decide_objection", datetime(2026, 1, 12, 15, 30, tzinfo=AMMAN)),
        told={("case_objected", "sms", "citizen"), ("cmu_objection", "email", "user")},
    )
    assert closed.clocks.get(kind="may_object").ending == "met"
    assert_whole(closed)


def test_an_objection_comes_within_fourteen_days(closed: Case, amina: Citizen, now: datetime) -> None:
    with pytest.raises(TransitionNotAllowed):
        object_to(closed, by=amina.user, at=now + timedelta(days=14, minutes=1), text="متأخر")


def test_nobody_judges_an_answer_that_can_still_be_undone(
    closed: Case, amina: Citizen, now: datetime, undo_window: timedelta
) -> None:
    early = now + undo_window - timedelta(seconds=1)
    with pytest.raises(TransitionNotAllowed):
        object_to(closed, by=amina.user, at=early, text="ما زالت المياه مقطوعة.")
    with pytest.raises(TransitionNotAllowed):
        rate(closed, by=amina.user, at=early, count=0, solved="no")
    assert objecting(closed, amina.user, at=early) is None
    rate(closed, by=amina.user, at=now + undo_window, count=0, solved="no")
    object_to(closed, by=amina.user, at=now + undo_window, text="ما زالت المياه مقطوعة.")
    assert closed.state == "objected"


def test_an_objection_may_come_at_the_last_moment(closed: Case, amina: Citizen, now: datetime) -> None:
    object_to(closed, by=amina.user, at=now + timedelta(days=14), text="ما زالت المياه مقطوعة.")
    assert closed.state == "objected"
    assert closed.clocks.get(kind="may_object").ending == "met"


def test_upholding_sends_back_with_a_new_promise(closed: Case, amina: Citizen, lina: User, now: datetime) -> None:
    object_to(closed, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
    uphold(closed, by=lina, at=now, days=2, reasons="لم يثبت وصول المياه.")
    assert traces(closed) == Traces(
        event=(5, "uphold", "objected", "in_progress"),
        held_by="agency",
        clock=("answer", SECOND_CLOSING),
        told={("case_upheld", "sms", "citizen"), *officers("officer_upheld")},
    )
    assert closed.promised_on == date(2026, 1, 6)
    assert_whole(closed)


@pytest.mark.parametrize(("is_gone", "stays"), [(False, True), (True, False)])
def test_an_officer_who_left_does_not_get_an_upheld_case_back(
    closed: Case, amina: Citizen, omar: User, lina: User, now: datetime, *, is_gone: bool, stays: bool
) -> None:
    Case.objects.filter(pk=closed.pk).update(officer=omar)
    object_to(closed, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
    if is_gone:
        omar.memberships.update(ends_on=(now - timedelta(days=1)).date())
    uphold(closed, by=lina, at=now, days=2, reasons="لم يثبت وصول المياه.")
    assert (closed.officer == omar) is stays


def test_dismissing_lets_the_answer_stand(closed: Case, amina: Citizen, lina: User, now: datetime) -> None:
    object_to(closed, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
    dismiss(closed, by=lina, at=now, reasons="سجل الضخ يبين وصول المياه.")
    assert traces(closed).event == (5, "dismiss", "objected", "closed")
    assert traces(closed).told == {("case_dismissed", "sms", "citizen")}
    assert closed.outcome == "solved"
    assert_whole(closed)


def test_whoever_handled_the_case_does_not_rule_on_it(
    triaged: Case, omar: User, amina: Citizen, lina: User, rami: User, water: Agency, now: datetime
) -> None:
    refer(triaged, by=lina, at=now, agency=water)
    accept(triaged, by=omar, at=now, days=2)
    close(triaged, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    object_to(triaged, by=amina.user, at=now, text="لم تحل")
    with pytest.raises(NotEntitled):
        uphold(triaged, by=lina, at=now, days=2, reasons="نعم")
    uphold(triaged, by=rami, at=now, days=2, reasons="لم يثبت وصول المياه.")
    assert triaged.state == "in_progress"


def test_an_archived_case_goes_back_to_triage_when_the_objection_is_upheld(
    triaged: Case, amina: Citizen, lina: User, rami: User, now: datetime
) -> None:
    archive(triaged, by=lina, at=now, reason="الموضوع منظور أمام القضاء.")
    object_to(triaged, by=amina.user, at=now, text="ليس أمام القضاء")
    uphold(triaged, by=rami, at=now, days=1, reasons="صحيح")
    assert traces(triaged).event == (4, "uphold", "objected", "triage")
    assert_whole(triaged)


def test_a_case_carries_two_objections_at_most(
    closed: Case, amina: Citizen, lina: User, rami: User, now: datetime
) -> None:
    for ruler in (lina, rami):
        object_to(closed, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
        dismiss(closed, by=ruler, at=now, reasons="سجل الضخ يبين وصول المياه.")
    with pytest.raises(TransitionNotAllowed):
        object_to(closed, by=amina.user, at=now, text="مرة ثالثة")
