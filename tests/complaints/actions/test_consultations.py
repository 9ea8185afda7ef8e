"""Consult, estimate, find, revoke: who may, what is recorded, who is told, who has the case in hand."""

from datetime import datetime, timedelta

import pytest

from accounts.models import Citizen, User
from agencies.models import Agency, Directorate, current_calendar
from complaints.actions import accept, ask, close, decline, reply
from complaints.actions.consultations import (
    NotAsked,
    NotOfTheAgency,
    Overtaken,
    ReasonMissing,
    consult,
    estimate,
    find,
    revoke,
)
from complaints.actions.notes import HeldByAnother
from complaints.case_text import deadline
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case, CaseEvent, Consultation, Holding
from complaints.workflow import Holder
from notifications.models import Message
from tests.complaints import DONE, FINDING, FOUND, REQUEST, SIGNATORY

pytestmark = pytest.mark.usefixtures("clock", "english")


def spans(case: Case) -> list[tuple[str, str | None]]:
    return [(one.holder, one.directorate.name_en if one.directorate else None) for one in case.holdings.all()]


def last(case: Case) -> CaseEvent:
    return case.events.latest("number")


def fresh(row: Case | Consultation) -> object:
    return type(row)._default_manager.get(pk=row.pk)


def test_asking_puts_the_case_into_the_hands_of_the_directorate(
    accepted: Case, omar: User, network: Directorate, now: datetime
) -> None:
    asked = consult(accepted, by=omar, at=now, directorate=network, text=REQUEST)
    event = last(accepted)
    assert (event.action, event.actor, event.from_state, event.to_state) == (
        "consult",
        omar,
        "in_progress",
        "in_progress",
    )
    assert (asked.event, event.facts["directorate"]) == (event, network.pk)
    assert REQUEST not in str(event.facts)
    assert (fresh(accepted).holder, spans(accepted)) == (
        "directorate",
        [("agency", None), ("agency", None), ("directorate", "Networks Directorate")][1:],
    )
    assert (asked.state, asked.expires_at) == ("asked", now + timedelta(days=30))


def test_a_case_can_be_asked_about_before_it_is_accepted_and_stays_there(
    referred: Case, omar: User, network: Directorate, now: datetime
) -> None:
    consult(referred, by=omar, at=now, directorate=network, text=REQUEST)
    accept(referred, by=omar, at=now + timedelta(minutes=5), days=3, directorate=network)
    assert (fresh(referred).holder, fresh(referred).state) == ("directorate", "in_progress")
    assert spans(referred) == [("agency", None), ("directorate", "Networks Directorate")]


@pytest.mark.parametrize("name", ["yusuf", "lina", "sami"])
def test_only_the_desk_of_the_agency_may_ask(
    accepted: Case, network: Directorate, now: datetime, name: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotEntitled):
        consult(accepted, by=request.getfixturevalue(name), at=now, directorate=network, text=REQUEST)


def test_a_directorate_of_another_agency_or_one_that_ended_is_not_asked(
    accepted: Case, omar: User, network: Directorate, gam: Agency, now: datetime
) -> None:
    other = Directorate.objects.create(agency=gam, name_ar="مديرية", name_en="Other")
    network.is_active = False
    network.save(update_fields=["is_active"])
    for one in (other, network):
        with pytest.raises(NotOfTheAgency):
            consult(accepted, by=omar, at=now, directorate=one, text=REQUEST)
    assert not Consultation.objects.exists()


def test_one_directorate_is_asked_at_a_time(
    consultation: Consultation, accepted: Case, omar: User, network: Directorate, now: datetime
) -> None:
    with pytest.raises(HeldByAnother):
        consult(accepted, by=omar, at=now, directorate=network, text=REQUEST)


def test_each_further_time_needs_a_reason_and_all_are_kept(consultation: Consultation, now: datetime) -> None:
    estimate(consultation, at=now, number=1, days=3)
    with pytest.raises(ReasonMissing):
        estimate(consultation, at=now + timedelta(days=1), number=2, days=5)
    estimate(consultation, at=now + timedelta(days=1), number=2, days=5, reason="القطعة غير متوفرة في المستودع")
    assert [(one.number, one.days, one.reason) for one in consultation.estimates.all()] == [
        (1, 3, ""),
        (2, 5, "القطعة غير متوفرة في المستودع"),
    ]
    event = last(consultation.case)
    assert (event.action, event.actor, event.facts["days"], event.facts["until"]) == ("estimate", None, 5, "2026-01-12")
    assert (consultation.state, consultation.days, fresh(consultation.case).holder) == ("estimated", 5, "directorate")


def test_the_same_time_twice_is_given_once_and_another_one_is_refused(
    consultation: Consultation, now: datetime
) -> None:
    other = fresh(consultation)
    assert estimate(consultation, at=now, number=1, days=3) == estimate(other, at=now, number=1, days=3)
    with pytest.raises(Overtaken):
        estimate(other, at=now, number=1, days=4)
    assert CaseEvent.objects.filter(action="estimate").count() == 1


def test_a_finding_gives_the_case_back_and_tells_the_officer(
    consultation: Consultation, omar: User, now: datetime
) -> None:
    at = now + timedelta(hours=2)
    find(consultation, at=at, finding=FINDING, signed_as=SIGNATORY)
    event = last(consultation.case)
    assert (event.action, event.actor, event.facts["files"]) == ("find", None, 0)
    assert fresh(consultation).finding_event == event
    assert FINDING not in str(event.facts)
    assert SIGNATORY not in str(event.facts)
    assert (fresh(consultation.case).holder, fresh(consultation).state, fresh(consultation).ended_at) == (
        "agency",
        "found",
        at,
    )
    told = Message.objects.filter(template="officer_directorate").values_list("channel", "recipient")
    assert set(told) == {("email", f"user:{omar.pk}"), ("sms", f"user:{omar.pk}")}


def test_the_same_finding_twice_is_kept_once_and_another_one_is_refused(
    consultation: Consultation, now: datetime
) -> None:
    other = fresh(consultation)
    find(consultation, at=now, finding=FINDING, signed_as=SIGNATORY)
    find(other, at=now, finding=FINDING, signed_as=SIGNATORY)
    with pytest.raises(Overtaken):
        find(other, at=now, finding="شيء آخر تمامًا", signed_as=SIGNATORY)
    assert (CaseEvent.objects.filter(action="find").count(), fresh(consultation).finding) == (1, FINDING)


def test_taking_the_request_back_gives_the_case_back(consultation: Consultation, nadia: User, now: datetime) -> None:
    revoke(consultation.case, by=nadia, at=now)
    assert (fresh(consultation).state, fresh(consultation.case).holder, fresh(consultation).revoke_event) == (
        "revoked",
        "agency",
        last(consultation.case),
    )
    for late in (
        lambda: estimate(consultation, at=now, number=1, days=3),
        lambda: find(consultation, at=now, finding=FINDING, signed_as=SIGNATORY),
    ):
        with pytest.raises(NotAsked):
            late()
    with pytest.raises(TransitionNotAllowed):
        revoke(consultation.case, by=nadia, at=now)


@pytest.mark.parametrize("name", ["yusuf", "lina"])
def test_strangers_take_nothing_back(
    consultation: Consultation, now: datetime, name: str, request: pytest.FixtureRequest
) -> None:
    with pytest.raises(NotEntitled):
        revoke(consultation.case, by=request.getfixturevalue(name), at=now)


def test_closing_and_declining_end_what_was_asked(
    consultation: Consultation, referred: Case, omar: User, gam: Agency, now: datetime
) -> None:
    close(consultation.case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    assert (fresh(consultation).state, fresh(consultation.case).holder) == ("revoked", "")
    with pytest.raises(NotAsked):
        find(consultation, at=now, finding=FINDING, signed_as=SIGNATORY)


def test_declining_ends_what_was_asked(
    referred: Case, omar: User, network: Directorate, gam: Agency, now: datetime
) -> None:
    asked = consult(referred, by=omar, at=now, directorate=network, text=REQUEST)
    decline(referred, by=omar, at=now, reason="other_place", text="ليس في منطقتنا", proposed_agency=gam)
    assert (fresh(asked).state, fresh(referred).holder) == ("revoked", "cmu")


def test_the_citizen_is_asked_while_the_directorate_works_and_it_has_the_case_again(
    consultation: Consultation, amina: Citizen, omar: User, now: datetime
) -> None:
    ask(consultation.case, by=omar, at=now, text="أين يقع المنزل تمامًا؟")
    estimate(consultation, at=now + timedelta(hours=1), number=1, days=2)
    assert fresh(consultation.case).holder == "citizen"
    reply(consultation.case, by=amina.user, at=now + timedelta(hours=2), text="قرب المدرسة")
    assert (fresh(consultation.case).holder, spans(consultation.case)[-1]) == (
        "directorate",
        ("directorate", "Networks Directorate"),
    )


def test_a_finding_while_the_citizen_is_asked_leaves_the_case_with_the_citizen(
    consultation: Consultation, amina: Citizen, omar: User, now: datetime
) -> None:
    ask(consultation.case, by=omar, at=now, text="أين يقع المنزل تمامًا؟")
    find(consultation, at=now + timedelta(hours=1), finding=FINDING, signed_as=SIGNATORY)
    assert fresh(consultation.case).holder == "citizen"
    reply(consultation.case, by=amina.user, at=now + timedelta(hours=2), text="قرب المدرسة")
    assert fresh(consultation.case).holder == "agency"


def test_the_holdings_tile_from_asking_to_closing(
    consultation: Consultation, amina: Citizen, omar: User, now: datetime
) -> None:
    case, hour = consultation.case, timedelta(hours=1)
    ask(case, by=omar, at=now + hour, text="أين يقع المنزل تمامًا؟")
    reply(case, by=amina.user, at=now + 3 * hour, text="قرب المدرسة")
    find(consultation, at=now + 24 * hour, finding=FINDING, signed_as=SIGNATORY)
    closed_at = now + 27 * hour
    close(case, by=omar, at=closed_at, outcome="solved", found=FOUND, done=DONE)
    rows = list(case.holdings.all())
    assert [one.holder for one in rows] == ["agency", "directorate", "citizen", "directorate", "agency"]
    assert [one.ended_at for one in rows] == [*(one.started_at for one in rows[1:]), closed_at]
    assert rows[0].started_at == case.filed_at
    calendar = current_calendar()
    summed = deadline.totals(case, at=closed_at + 100 * hour, calendar=calendar)
    # 10:00–11:00 and 13:00–15:30 on Sunday, 8:30–10:00 on Monday; then the desk until 13:00.
    assert summed == {Holder.AGENCY: 180, Holder.DIRECTORATE: 300, Holder.CITIZEN: 120}
    assert sum(summed.values()) == calendar.working_minutes(case.filed_at, closed_at)


def test_no_holding_is_ever_open_twice(consultation: Consultation, now: datetime) -> None:
    find(consultation, at=now, finding=FINDING, signed_as=SIGNATORY)
    assert Holding.objects.filter(case=consultation.case, ended_at__isnull=True).count() == 1
