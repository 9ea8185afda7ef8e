"""Two people press at once: one succeeds, the other is told who was first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction as db_transaction

from accounts.account.phone import change_phone
from accounts.models import Citizen, User
from agencies.models import Agency, Directorate, OutsideCentre, Topic
from complaints.actions import (
    accept,
    add,
    add_task,
    answer_task,
    ask,
    close,
    decline,
    drop_task,
    hand_over,
    link,
    refer,
    withdraw,
)
from complaints.actions.consultations import Overtaken, consult, find
from complaints.actions.filing import file_draft
from complaints.actions.links import LinkRefused
from complaints.actions.notes import HeldByAnother
from complaints.engine import transition
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case, CaseEvent, Draft, ReferralTask
from notifications.models import Message
from tests.complaints import DETAILS, DONE, FOUND, SUBJECT
from tests.complaints.cases import FileCase
from tests.complaints.threads import Overlap, at_once, copy

pytestmark = pytest.mark.django_db(transaction=True)


def user_of(citizen: Citizen) -> User:
    assert citizen.user is not None
    return citizen.user


def test_closing_twice_at_once_gives_one_answer(accepted: Case, omar: User, nadia: User, now: datetime) -> None:
    def by(user: User) -> Callable[[], object]:
        mine = copy(accepted)
        return lambda: close(mine, by=user, at=now, outcome="solved", found=FOUND, done=DONE)

    outcomes = at_once(by(omar), by(nadia))
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, TransitionNotAllowed)]
    assert (accepted.answers.count(), refused.state, refused.last.action) == (1, "closed", "close")
    assert refused.last.actor in {omar, nadia}
    assert CaseEvent.objects.filter(case=accepted, action="close").count() == 1


def test_accepting_and_declining_at_once_leaves_one_of_them(
    referred: Case, omar: User, nadia: User, gam: Agency, now: datetime
) -> None:
    one, other = copy(referred), copy(referred)
    outcomes = at_once(
        lambda: accept(one, by=omar, at=now, days=2),
        lambda: decline(other, by=nadia, at=now, reason="other_place", text="للأمانة", proposed_agency=gam),
    )
    assert len([outcome for outcome in outcomes if isinstance(outcome, TransitionNotAllowed)]) == 1
    assert CaseEvent.objects.filter(case=referred).count() == 2


def test_whoever_moves_while_a_case_changes_is_told_at_the_new_number(
    referred: Case, omar: User, amina: Citizen, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def move() -> None:
        change_phone(amina, "+962799999999", at=now)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        # The citizen was read by then, and the message is not owed yet.
        monkeypatch.setattr(transition, "_cancel_overtaken", lambda _change: wait([pool.submit(move)], timeout=0.3))
        accept(copy(referred), by=omar, at=now, days=2)
    told = Message.objects.filter(recipient=f"citizen:{amina.pk}", reference=referred.reference)
    assert {message.address for message in told} == {"+962799999999"}


def test_pressing_send_twice_at_once_files_one_case(
    amina: Citizen, water: Agency, outage: Topic, omar: User, now: datetime
) -> None:
    draft = Draft.objects.create(
        citizen=amina, kind="complaint", agency=water, topic=outage, subject=SUBJECT, details=DETAILS, updated_at=now
    )
    user = amina.user
    assert user is not None
    outcomes = at_once(*[lambda: file_draft(draft, by=user, at=now, language="ar")] * 4)
    assert {outcome.pk for outcome in outcomes if isinstance(outcome, Case)} == {Case.objects.get().pk}
    assert [outcome for outcome in outcomes if not isinstance(outcome, Case)] == []


def test_a_directorate_and_a_centre_asked_at_once_leave_the_case_in_one_hand(
    accepted: Case, omar: User, nadia: User, network: Directorate, now: datetime
) -> None:
    centre = OutsideCentre.objects.create(code="117116", name_ar="مركز المياه", name_en="Water centre", phone="117116")
    one, other = copy(accepted), copy(accepted)
    outcomes = at_once(
        lambda: consult(one, by=omar, at=now, directorate=network, text="ما السبب؟"),
        lambda: hand_over(other, by=nadia, at=now, centre=centre, reference="5"),
    )
    assert len([outcome for outcome in outcomes if isinstance(outcome, HeldByAnother)]) == 1
    accepted.refresh_from_db()
    assert list(accepted.holdings.filter(ended_at=None).values_list("holder", flat=True)) == [accepted.holder]
    assert accepted.consultations.count() + accepted.handovers.count() == 1
    assert CaseEvent.objects.filter(case=accepted, action__in=["consult", "hand_over"]).count() == 1


def test_a_part_answered_and_dropped_at_once_is_one_of_them(
    accepted: Case, omar: User, yusuf: User, gam: Agency, now: datetime
) -> None:
    task = add_task(accepted, by=omar, at=now, agency=gam, text="أعيدوا الرصيف", days=2)
    one, other = ReferralTask.objects.get(pk=task.pk), ReferralTask.objects.get(pk=task.pk)
    outcomes = at_once(
        lambda: answer_task(one, by=yusuf, at=now, text="أعيد الرصيف"),
        lambda: drop_task(other, by=omar, at=now, reason="لم يعد لازمًا"),
    )
    # Whose part is done is no partner any more, and may be told so first.
    refused = [outcome for outcome in outcomes if isinstance(outcome, TransitionNotAllowed | NotEntitled)]
    assert len(refused) == 1
    assert CaseEvent.objects.filter(case=accepted, action__in=["answer_task", "drop_task"]).count() == 1
    task.refresh_from_db()
    assert (task.state != "open", task.clocks.get().ended_at) == (True, now)


def test_two_engineers_with_different_findings_give_one(
    accepted: Case, omar: User, network: Directorate, now: datetime
) -> None:
    asked = consult(accepted, by=omar, at=now, directorate=network, text="ما السبب؟")

    def by(name: str) -> Callable[[], object]:
        mine = type(asked).objects.get(pk=asked.pk)
        return lambda: find(mine, at=now, finding=f"وجد {name} كسرًا في الخط", signed_as=name)

    outcomes = at_once(by("سعاد"), by("ماجد"))
    assert len([outcome for outcome in outcomes if isinstance(outcome, Overtaken)]) == 1
    assert CaseEvent.objects.filter(case=accepted, action="find").count() == 1


def test_two_cases_linked_crosswise_at_once_make_no_loop(
    file_case: FileCase, karim: Citizen, omar: User, nadia: User, now: datetime
) -> None:
    one, other = file_case(), file_case(citizen=karim)
    first, second = (copy(one), copy(other)), (copy(other), copy(one))
    outcomes = at_once(lambda: link(*first, by=omar, at=now), lambda: link(*second, by=nadia, at=now))
    assert len([outcome for outcome in outcomes if isinstance(outcome, LinkRefused)]) == 1
    assert CaseEvent.objects.filter(action="link").count() == 2


def test_who_took_the_time_first_and_waited_longer_writes_no_history_that_runs_backwards(
    accepted: Case, omar: User, amina: Citizen, now: datetime
) -> None:
    """The citizen pressed ten milliseconds earlier than the officer, and the officer's change was written first."""
    asked_at = now + timedelta(hours=1)
    mine = copy(accepted)
    ask(copy(accepted), by=omar, at=asked_at, text="أين؟")
    withdraw(mine, by=user_of(amina), at=asked_at - timedelta(milliseconds=10))
    events = list(CaseEvent.objects.filter(case=accepted))
    assert [event.at for event in events[-2:]] == [asked_at, asked_at]
    accepted.refresh_from_db()
    assert (accepted.closed_at, accepted.changed_at) == (asked_at, asked_at)
    assert [question.ended_at for question in accepted.questions.all()] == [asked_at]
    assert all(holding.started_at <= holding.ended_at for holding in accepted.holdings.all() if holding.ended_at)


def while_it_is_referred(case: Case, act: Callable[[Case], object], *, to: Agency, by: User, at: datetime) -> CaseEvent:
    """Let ``act`` wait for the row of a case that the unit is just referring; return the newest event."""
    mine, overlap = copy(case), Overlap()

    def refer_slowly() -> None:
        with db_transaction.atomic():
            refer(copy(case), by=by, at=at, agency=to, reason="ضمن حدود الأمانة")
            overlap.rest()

    outcomes = overlap.run(refer_slowly, lambda: act(mine))
    assert ([one for one in outcomes if isinstance(one, Exception)], overlap.was_overtaken) == ([], False)
    newest = CaseEvent.objects.filter(case=case).last()
    assert newest is not None
    return newest


def test_whoever_adds_while_the_agency_changes_adds_to_the_case_of_the_new_one(
    referred: Case, yusuf: User, lina: User, amina: Citizen, gam: Agency, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    event = while_it_is_referred(
        referred, lambda case: add(case, by=user_of(amina), at=later, text="تفاصيل أخرى"), to=gam, by=lina, at=later
    )
    holding = referred.holdings.get(ended_at=None)
    assert (event.action, event.agency, holding.holder, holding.agency) == ("add", gam, "agency", gam)


def test_whoever_accepts_while_the_case_is_referred_to_them_has_it(
    referred: Case, yusuf: User, lina: User, gam: Agency, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    event = while_it_is_referred(
        referred, lambda case: accept(case, by=yusuf, at=later, days=2), to=gam, by=lina, at=later
    )
    holding = referred.holdings.get(ended_at=None)
    assert (event.action, event.agency, holding.holder, holding.agency) == ("accept", gam, "agency", gam)


def test_the_database_refuses_a_history_that_runs_backwards(accepted: Case, now: datetime) -> None:
    """The control: what the engine takes care of is refused to everybody else."""
    with pytest.raises(IntegrityError, match="would run backwards"):
        Case.objects.filter(pk=accepted.pk).update(changed_at=now - timedelta(days=1))
