"""Set aside by hand: who may name whom, what becomes of the officer's work, who is told, and how it ends."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.models import Absence, User
from agencies.models import Agency
from complaints.actions import accept, assign, close, end_recusal, note, recuse
from complaints.actions.notes import NotAnOfficer, candidates
from complaints.actions.recusals import AlreadyRecused, NotAColleague, NotRecused, colleagues
from complaints.engine.history import first_forged
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case
from complaints.permissions import policy
from notifications.models import Message
from tests.cast import NOW
from tests.complaints import DONE, FOUND, RECUSAL_REASON
from tests.complaints.cases import FileCase

pytestmark = pytest.mark.usefixtures("clock", "english")


def told(case: Case, template: str) -> set[tuple[str, str]]:
    sent = Message.objects.filter(reference=case.reference, template=template)
    return {(message.recipient.partition(":")[2], message.channel) for message in sent}


def both(user: User) -> set[tuple[str, str]]:
    return {(str(user.pk), "email"), (str(user.pk), "sms")}


def test_the_supervisor_sets_the_officer_aside(
    accepted: Case, omar: User, nadia: User, hani: User, now: datetime
) -> None:
    concern = recuse(accepted, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    accepted.refresh_from_db()
    assert (concern.person, concern.named_by, concern.text) == (omar, nadia, RECUSAL_REASON)
    assert (accepted.officer, accepted.state) == (None, "in_progress")
    event = accepted.events.last()
    assert event is not None
    assert (event.action, event.actor, event.facts["person"], concern.event) == (
        "recuse",
        nadia,
        str(omar.pk),
        event,
    )
    assert RECUSAL_REASON not in str(event.facts)
    assert first_forged(list(accepted.events.order_by("number"))) is None
    assert accepted.holdings.filter(ended_at=None).get().holder == "agency"
    # The supervisor did it herself, and need not be told.
    assert (told(accepted, "officer_aside"), told(accepted, "cmu_aside")) == (set(), set())


def test_an_officer_sets_themself_aside_and_the_supervisor_is_told(
    accepted: Case, omar: User, nadia: User, hani: User, now: datetime
) -> None:
    recuse(accepted, by=omar, at=now, person=omar, text="المشتكي قريب لي.")
    assert accepted.officer is None
    assert told(accepted, "officer_aside") == both(nadia)
    assert policy.actors(accepted, omar, at=now) == frozenset()


def test_without_a_supervisor_the_unit_is_told_of_the_work_without_an_officer(
    accepted: Case, omar: User, hani: User, lina: User, now: datetime
) -> None:
    recuse(accepted, by=omar, at=now, person=omar, text=RECUSAL_REASON)
    assert told(accepted, "officer_aside") == both(lina)


def test_who_is_not_the_officer_leaves_the_work_where_it_is(
    accepted: Case, omar: User, nadia: User, hani: User, now: datetime
) -> None:
    recuse(accepted, by=nadia, at=now, person=hani, text=RECUSAL_REASON)
    assert (accepted.officer, told(accepted, "officer_aside")) == (omar, set())


def test_the_last_one_at_the_desk_goes_and_the_unit_is_told(
    accepted: Case, omar: User, nadia: User, lina: User, now: datetime
) -> None:
    recuse(accepted, by=omar, at=now, person=omar, text=RECUSAL_REASON)
    recuse(accepted, by=nadia, at=now, person=nadia, text=RECUSAL_REASON)
    assert told(accepted, "cmu_aside") == {(str(lina.pk), "email")}


def test_an_officer_may_name_nobody_else(referred: Case, omar: User, hani: User, nadia: User, now: datetime) -> None:
    assert colleagues(referred, omar, at=now) == [omar]
    with pytest.raises(NotAColleague):
        recuse(referred, by=omar, at=now, person=nadia, text=RECUSAL_REASON)


def test_the_supervisor_names_the_own_desk_and_ladder(
    referred: Case, omar: User, hani: User, nadia: User, samar: User, yusuf: User, lina: User
) -> None:
    assert set(colleagues(referred, nadia, at=NOW)) == {nadia, omar, hani, samar}
    for stranger in (yusuf, lina):
        with pytest.raises(NotAColleague):
            recuse(referred, by=nadia, at=NOW, person=stranger, text=RECUSAL_REASON)


def test_the_unit_names_the_agencys_people_and_its_own(
    referred: Case, omar: User, nadia: User, yusuf: User, lina: User, rami: User, now: datetime
) -> None:
    assert set(colleagues(referred, lina, at=now)) == {nadia, omar, lina, rami}
    recuse(referred, by=lina, at=now, person=nadia, text=RECUSAL_REASON)
    assert set(colleagues(referred, lina, at=now)) == {omar, lina, rami}


def test_strangers_and_the_citizen_name_nobody(
    referred: Case, omar: User, yusuf: User, sami: User, now: datetime
) -> None:
    for stranger in (yusuf, sami, referred.citizen.user):
        assert stranger is not None
        with pytest.raises(NotEntitled):
            recuse(referred, by=stranger, at=now, person=omar, text=RECUSAL_REASON)


def test_nobody_is_set_aside_twice(referred: Case, omar: User, nadia: User, now: datetime) -> None:
    recuse(referred, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    with pytest.raises(AlreadyRecused):
        recuse(referred, by=nadia, at=now, person=omar, text=RECUSAL_REASON)


def test_who_is_set_aside_can_do_nothing(
    accepted: Case, omar: User, hani: User, nadia: User, lina: User, now: datetime
) -> None:
    recuse(accepted, by=lina, at=now, person=omar, text=RECUSAL_REASON)
    recuse(accepted, by=lina, at=now, person=nadia, text=RECUSAL_REASON)
    for action, said in ((close, {"outcome": "solved", "found": FOUND, "done": DONE}), (note, {"text": "كلا"})):
        with pytest.raises(NotEntitled):
            action(accepted, by=omar, at=now, **said)
    with pytest.raises(NotEntitled):
        recuse(accepted, by=omar, at=now, person=omar, text=RECUSAL_REASON)
    with pytest.raises(NotEntitled):
        end_recusal(accepted, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    with pytest.raises(NotAnOfficer):
        assign(accepted, by=hani, at=now, officer=omar)
    assert list(candidates(accepted, at=now)) == [hani]


def test_the_supervisor_takes_it_back(accepted: Case, omar: User, hani: User, nadia: User, now: datetime) -> None:
    recuse(accepted, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    with pytest.raises(NotEntitled):
        end_recusal(accepted, by=hani, at=now, person=omar, text="خطأ في الاسم")
    end_recusal(accepted, by=nadia, at=now + timedelta(hours=1), person=omar, text="خطأ في الاسم")
    concern = accepted.recusals.get()
    assert (concern.ended_by, concern.end_text, concern.ended_at) == (nadia, "خطأ في الاسم", now + timedelta(hours=1))
    assert (accepted.officer, accepted.is_recused(omar)) == (None, False)
    event = accepted.events.last()
    assert event is not None
    assert (event.action, concern.end_event, event.facts["person"]) == ("end_recusal", event, str(omar.pk))
    assign(accepted, by=nadia, at=now + timedelta(hours=1), officer=omar)
    with pytest.raises(NotRecused):
        end_recusal(accepted, by=nadia, at=now, person=omar, text="خطأ في الاسم")


def test_it_can_be_said_again_after_it_was_taken_back(referred: Case, omar: User, nadia: User, now: datetime) -> None:
    recuse(referred, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    end_recusal(referred, by=nadia, at=now, person=omar, text="خطأ في الاسم")
    recuse(referred, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    assert (referred.recusals.count(), referred.is_recused(omar)) == (2, True)


def test_a_closed_case_can_still_be_about_somebody(closed: Case, omar: User, nadia: User, now: datetime) -> None:
    recuse(closed, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    assert policy.actors(closed, omar, at=now) == frozenset()
    assert told(closed, "officer_aside") == told(closed, "cmu_aside") == set()


# ---- deputies ----


def test_the_deputy_of_whom_it_is_about_can_do_nothing_either(
    accepted: Case, omar: User, hani: User, nadia: User, yusuf: User, now: datetime
) -> None:
    Absence.objects.create(user=omar, deputy=yusuf, starts_on=now.date(), ends_on=now.date())
    recuse(accepted, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    assert policy.actors(accepted, yusuf, at=now) == frozenset()
    assert list(candidates(accepted, at=now)) == [hani]
    assert not Case.objects.visible_to(yusuf, at=now).exists()
    assert not Case.objects.at_desk_of(yusuf, at=now).exists()


def test_a_case_given_to_the_deputy_waits_again(
    accepted: Case, omar: User, hani: User, nadia: User, yusuf: User, now: datetime
) -> None:
    Absence.objects.create(user=omar, deputy=yusuf, starts_on=now.date(), ends_on=now.date())
    assign(accepted, by=nadia, at=now, officer=yusuf)
    recuse(accepted, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    assert accepted.officer is None


def test_a_deputy_of_two_still_acts_for_the_other(
    accepted: Case, omar: User, hani: User, nadia: User, yusuf: User, now: datetime
) -> None:
    for absent in (omar, hani):
        Absence.objects.create(user=absent, deputy=yusuf, starts_on=now.date(), ends_on=now.date())
    recuse(accepted, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    assert Case.objects.visible_to(yusuf, at=now).get() == accepted
    note(accepted, by=yusuf, at=now, text="اطلعت عليها")
    event = accepted.events.last()
    assert event is not None
    assert event.on_behalf_of == hani
    recuse(accepted, by=nadia, at=now, person=hani, text=RECUSAL_REASON)
    assert not Case.objects.visible_to(yusuf, at=now).exists()


def test_a_colleague_who_is_also_a_deputy_keeps_the_own_role(
    accepted: Case, omar: User, hani: User, nadia: User, now: datetime
) -> None:
    Absence.objects.create(user=nadia, deputy=hani, starts_on=now.date(), ends_on=now.date())
    recuse(accepted, by=omar, at=now, person=omar, text=RECUSAL_REASON)
    fresh = User.objects.get(pk=hani.pk)
    assert {actor.value for actor in policy.actors(accepted, fresh, at=now)} == {"officer", "supervisor"}
    recuse(accepted, by=fresh, at=now, person=nadia, text=RECUSAL_REASON)
    assert {actor.value for actor in policy.actors(accepted, fresh, at=now)} == {"officer"}
    assert Case.objects.visible_to(fresh, at=now).exists()


@pytest.mark.usefixtures("triaged")
def test_a_deputy_gets_no_role_of_the_unit(rami: User, sami: User, now: datetime) -> None:
    Absence.objects.create(user=rami, deputy=sami, starts_on=now.date(), ends_on=now.date())
    assert Case.objects.at_desk_of(User.objects.get(pk=rami.pk), at=now).exists()
    assert not Case.objects.at_desk_of(User.objects.get(pk=sami.pk), at=now).exists()


def test_proposals_and_questions_stay(
    file_case: FileCase, omar: User, hani: User, nadia: User, now: datetime, gam: Agency
) -> None:
    case = file_case()
    accept(case, by=omar, at=now, days=3)
    version = case.version
    recuse(case, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    assert (case.version, case.clocks.filter(ended_at=None).count(), case.promised_on) == (
        version + 1,
        1,
        case.promised_on,
    )
    with pytest.raises(TransitionNotAllowed):
        accept(case, by=hani, at=now, days=3)
