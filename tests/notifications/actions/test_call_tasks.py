"""The contact centre calls whom no message reached: one agent makes the call, and what it showed is kept."""

import pytest
from django.utils import timezone

from notifications import actions, addresses
from notifications.actions import CallIsDone
from notifications.carriers import Declined, Meaning
from notifications.models import CallOutcome, CallTask, Channel, Verdict
from notifications.sending import delivery
from tests.notifications.acts import EMAIL, NEW, OLD, at_once, moved_to, raising, sent
from tests.notifications.conftest import AnsweringCarrier, notice

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


@pytest.fixture
def task(signals: list[str], answering: AnsweringCarrier) -> CallTask:
    """Return the task of calling a citizen whose only channel did not reach her."""
    return made(answering)


def made(answering: AnsweringCarrier, number: int = 1, **changes: object) -> CallTask:
    """Let a message fail by every channel it has, and return the task that follows."""
    answering.meanwhile = raising(Declined(Meaning.UNFIT, "21617"))
    sent(notice(must_reach=True, **changes), occasion=f"case:1:{number}")
    delivery.drain("notices")
    return actions.open_tasks().last()


def finish(task: CallTask, outcome: CallOutcome, by: str = "user:sami") -> None:
    """Let an agent record a call."""
    actions.finish(task, outcome=outcome, by=by, at=timezone.now())


def test_the_oldest_comes_first(signals: list[str], answering: AnsweringCarrier) -> None:
    first, second, third = (made(answering, number) for number in range(3))
    assert list(actions.open_tasks()) == [first, second, third]
    finish(second, CallOutcome.REACHED)
    assert list(actions.open_tasks()) == [first, third]


@pytest.mark.parametrize("outcome", [CallOutcome.REACHED, CallOutcome.WRONG_NUMBER])
def test_a_call_that_was_made_is_done(task: CallTask, outcome: CallOutcome) -> None:
    finish(task, outcome)
    task.refresh_from_db()
    assert (task.outcome, task.done_by, task.done_at is None, actions.open_tasks().count()) == (
        outcome,
        "user:sami",
        False,
        0,
    )


def test_a_call_that_nobody_answered_stays_to_be_made(task: CallTask) -> None:
    for tries in (1, 2, 3):
        finish(task, CallOutcome.NO_ANSWER)
        task.refresh_from_db()
        assert (task.tries, task.tried_at is None, task.done_at, task.outcome) == (tries, False, None, "")
    assert list(actions.open_tasks()) == [task]


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (CallOutcome.REACHED, None),
        (CallOutcome.NO_ANSWER, None),
        (CallOutcome.WRONG_NUMBER, Verdict.STRANGER),
    ],
)
def test_a_wrong_number_is_written_to_no_more(task: CallTask, outcome: CallOutcome, verdict: Verdict | None) -> None:
    finish(task, outcome)
    assert addresses.verdict(Channel.SMS, OLD) == verdict


def test_a_wrong_number_is_recorded_after_both_channels_failed_too(
    signals: list[str], answering: AnsweringCarrier
) -> None:
    finish(made(answering, other_address=EMAIL), CallOutcome.WRONG_NUMBER)
    assert addresses.verdict(Channel.SMS, OLD) == Verdict.STRANGER
    assert addresses.verdict(Channel.EMAIL, EMAIL) is None


def test_a_wrong_number_is_not_held_against_the_one_before(signals: list[str], answering: AnsweringCarrier) -> None:
    task = made(answering)
    moved_to(NEW)
    finish(CallTask.objects.get(pk=task.pk), CallOutcome.WRONG_NUMBER)
    assert (addresses.verdict(Channel.SMS, OLD), addresses.verdict(Channel.SMS, NEW)) == (
        None,
        Verdict.STRANGER,
    )


@pytest.mark.parametrize("first", CallOutcome)
@pytest.mark.parametrize("second", CallOutcome)
def test_the_second_agent_is_told(task: CallTask, first: CallOutcome, second: CallOutcome) -> None:
    as_read = CallTask.objects.get(pk=task.pk)
    finish(task, first)
    with pytest.raises(CallIsDone):
        finish(as_read, second, by="user:second")
    task.refresh_from_db()
    assert (task.done_by, task.tries) == (("", 1) if first == CallOutcome.NO_ANSWER else ("user:sami", 0))
    if first != CallOutcome.WRONG_NUMBER:
        assert addresses.verdict(Channel.SMS, OLD) is None


@committed
@pytest.mark.parametrize("outcome", CallOutcome)
def test_two_agents_at_once(signals: list[str], answering: AnsweringCarrier, outcome: CallOutcome) -> None:
    task = made(answering)
    results = at_once(
        lambda: finish(CallTask(pk=task.pk, message=task.message), outcome),
        lambda: finish(CallTask(pk=task.pk, message=task.message), CallOutcome.REACHED, by="user:second"),
    )
    assert sorted(results, key=str) == [CallIsDone, None]
