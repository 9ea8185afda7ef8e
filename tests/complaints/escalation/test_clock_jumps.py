"""The machine's clock jumps two hours either way: nothing twice, nothing lost, nothing early, no history backwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction

from accounts.models import User
from complaints.actions import accept, ask, lapse
from complaints.engine.history import first_forged
from complaints.engine.transition import TransitionNotAllowed
from complaints.escalation import expiry, ladder
from complaints.models import Case, CaseEvent, Clock, ClockStep
from complaints.workflow import ClockKind
from notifications.models import Message
from tests.complaints.cases import FileCase
from tests.prepared_rows import prepared

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nadia", "basma", "fares")]
HOUR = timedelta(hours=1)
#: How far the clock is off, from which hour on. It leaps ahead over the first deadline (at 53.5 hours) and is set back
#: before it, falls behind over the second (at 173.5), and leaps ahead over the end of the time to reply (at 341.5).
JUMPS = ((0.0, 0), (52.0, 2), (53.0, 0), (170.0, -2), (178.0, 0), (340.0, 2), (341.0, 0))
STEPS = {
    ("decide_competence", "remind_50"),
    ("decide_competence", "remind_90"),
    ("answer", "remind_50"),
    ("answer", "remind_90"),
    ("citizen_reply", "remind_50"),
} | {
    (kind, level)
    for kind in ("decide_competence", "answer")
    for level in ("supervisor", "secretary_general", "minister_office")
}


def sweep(at: datetime) -> None:
    expiry.lapse_overdue(at=at)
    ladder.sweep(at=at)
    expiry.end_windows(at=at)


def moments(since: datetime, *, jumps: bool) -> Iterator[datetime]:
    """Yield what the machine's clock says every twelve hours for fifteen days, and just before and after each jump."""
    regular = {12.0 * number for number in range(30)}
    for hour in sorted(regular | {begins + beside for begins, _ in JUMPS for beside in (-0.1, 0.1)}):
        off = next((off for begins, off in reversed(JUMPS) if hour >= begins), 0)
        yield since + hour * HOUR + off * HOUR * jumps


def taken() -> set[tuple[str, str]]:
    return set(ClockStep.objects.values_list("clock__kind", "step"))


def told() -> Counter[tuple[str, str, str]]:
    return Counter(Message.objects.values_list("template", "channel", "recipient"))


@pytest.fixture
@prepared
def cases(file_case: FileCase, omar: User, now: datetime) -> list[Case]:
    """One to be decided on, one accepted, one whose citizen is asked."""
    made = [file_case() for _ in range(3)]
    for case in made[1:]:
        accept(case, by=omar, at=now, days=5)
    ask(made[2], by=omar, at=now + HOUR / 2, text="ما رقم العداد؟")
    return made


def live(moments: Iterable[datetime]) -> None:
    """Sweep at each moment, and see that nothing is taken or ended before the clock says so."""
    for said in moments:
        steps, open_clocks = set(ClockStep.objects.values_list("pk", flat=True)), Clock.objects.filter(ended_at=None)
        due = dict(open_clocks.values_list("pk", "due_at"))
        sweep(said)
        for step in ClockStep.objects.exclude(pk__in=steps).exclude(step__startswith="remind").select_related("clock"):
            assert said > step.clock.due_at
        for ended in Clock.objects.filter(pk__in=due, ended_at__isnull=False):
            assert said >= due[ended.pk]


def test_a_clock_that_jumps_takes_the_steps_of_a_steady_one_once_each(cases: list[Case], now: datetime) -> None:
    """Both lives from the same beginning; the steady one is undone, so that it leaves nothing behind."""
    with transaction.atomic():
        live(moments(now, jumps=False))
        steady = told()
        assert taken() == STEPS
        transaction.set_rollback(True)
    assert ClockStep.objects.count() == 0
    said = list(moments(now, jumps=True))
    assert said != sorted(said)
    live(said)
    assert (taken(), told()) == (STEPS, steady)
    assert Case.objects.get(pk=cases[2].pk).state == "in_progress"
    for case in cases:
        events = list(CaseEvent.objects.filter(case=case).order_by("number"))
        assert all(one.at <= following.at for one, following in pairwise(events))
        assert first_forged(events) is None


def test_a_time_to_reply_is_not_shortened_by_an_event_dated_ahead(cases: list[Case], now: datetime) -> None:
    """The control is the moment of the change, which the newest event moves forward: by it the time would be over."""
    waiting = cases[2]
    reply = Clock.objects.get(case=waiting, kind=ClockKind.CITIZEN_REPLY)
    almost = reply.due_at - HOUR
    Case.objects.filter(pk=waiting.pk).update(changed_at=reply.due_at + HOUR)
    with pytest.raises(TransitionNotAllowed):
        lapse(Case.objects.get(pk=waiting.pk), at=almost)
    lapse(Case.objects.get(pk=waiting.pk), at=reply.due_at)
    assert Case.objects.get(pk=waiting.pk).state == "in_progress"
