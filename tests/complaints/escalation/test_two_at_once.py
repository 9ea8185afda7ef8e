"""Two sweepers at once, or one and a person: each step once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from accounts.models import Citizen, User
from agencies.models import Holiday
from complaints.actions import accept, close
from complaints.engine.transition import TransitionNotAllowed
from complaints.escalation import ladder
from complaints.escalation.recalculation import recalculate
from complaints.models import Case, CaseEvent, Clock, ClockStep
from notifications.models import Message
from tests.complaints import DONE, FOUND
from tests.complaints.threads import Overlap, at_once, copy
from tests.prepared_rows import prepared

pytestmark = pytest.mark.django_db(transaction=True)

type FileCase = Callable[..., Case]


@pytest.fixture
@prepared
def promised(file_case: FileCase, omar: User, nadia: User, basma: User, lina: User, now: datetime) -> list[Case]:
    """Three cases that are due on the same day."""
    cases = [file_case() for _ in range(3)]
    for case in cases:
        accept(case, by=omar, at=now, days=1)
    return cases


def test_two_sweepers_take_each_step_once(promised: list[Case], fares: User, monkeypatch: pytest.MonkeyPatch) -> None:
    due = Clock.objects.filter(kind="answer").first().due_at
    minute = timedelta(minutes=1)
    # The last reminder; the supervisor; the two above, who were due on Tuesday and on Wednesday.
    for moment, steps in ((due - minute, 3), (due + minute, 3), (due + timedelta(days=2) + minute, 6)):
        overlap, sweep = Overlap(), partial(ladder.sweep, at=moment)
        with monkeypatch.context() as patch:
            patch.setattr(ladder, "next_step", overlap.around(ladder.next_step))
            # What the first looks at is left to it, and nobody waits.
            assert (overlap.run(sweep, sweep), overlap.was_overtaken) == ([steps, 0], True)
    assert ClockStep.objects.count() == CaseEvent.objects.filter(action__in=["remind", "escalate"]).count() == 12
    told = Message.objects.filter(template__in=["officer_due", "ladder_late", "case_late"])
    assert sorted(told.values_list("template", flat=True)) == sorted(
        # By e-mail and telephone to the officer and the supervisor; the two above and the unit read it in the morning.
        ["officer_due"] * 6 + ["ladder_late"] * 6 + ["case_late"] * 3
    )


@pytest.mark.parametrize("_time", range(3))
def test_an_answer_and_a_sweep_at_once_leave_both_or_only_the_answer(
    promised: list[Case], omar: User, _time: int
) -> None:
    case, moment = promised[0], Clock.objects.filter(kind="answer").first().due_at + timedelta(minutes=1)
    mine = copy(case)
    outcomes = at_once(
        lambda: ladder.sweep(at=moment),
        lambda: close(mine, by=omar, at=moment, outcome="solved", found=FOUND, done=DONE),
    )
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    events = list(case.events.order_by("number").values_list("action", flat=True))
    assert events in (["file", "accept", "escalate", "close"], ["file", "accept", "close"])
    assert case.clocks.get(kind="answer").steps.count() == events.count("escalate")


@pytest.mark.parametrize("_time", range(3))
def test_two_recounts_and_an_answer_at_once_move_each_date_once(
    promised: list[Case], omar: User, amina: Citizen, now: datetime, _time: int
) -> None:
    due = Clock.objects.filter(kind="answer").first().due_at
    Holiday.objects.create(on=due.date(), name_ar="عطلة", name_en="Day off")
    mine = copy(promised[0])
    outcomes = at_once(
        lambda: recalculate(at=now),
        lambda: recalculate(at=now),
        lambda: close(mine, by=omar, at=now, outcome="solved", found=FOUND, done=DONE),
    )
    assert [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, TransitionNotAllowed)] == []
    recounted = [case.events.filter(action="recalculate").count() for case in promised]
    assert recounted in ([0, 1, 1], [1, 1, 1])
    assert Message.objects.filter(template="case_new_date").count() == sum(recounted)
