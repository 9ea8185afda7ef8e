"""Drawing a round: how many, which first, and what is refused."""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from random import Random

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings, strategies as st

from complaints.models import Answer
from reports.audits import drawing
from reports.audits.drawing import GivenAnswer, choose
from reports.models import AuditItem, AuditRound, AuditSample
from reports.periods import ReportPeriod
from tests.reports.audits.conftest import PERIOD


@settings(max_examples=40)
@given(challenged=st.integers(0, 12), others=st.integers(0, 12), size=st.integers(1, 15))
def test_a_sample_takes_challenged_answers_first_and_never_more_than_there_are(
    challenged: int, others: int, size: int
) -> None:
    answers = [GivenAnswer(key, 1, is_challenged=key < challenged) for key in range(challenged + others)]
    chosen = choose(answers, size)
    taken = sum(answer.is_challenged for answer in chosen)
    assert len(chosen) == len({answer.key for answer in chosen}) == min(size, challenged + others)
    # All challenged ones that fit into three quarters, or into what the others leave free.
    assert taken == min(challenged, max(-(-3 * size // 4), size - others))


@pytest.mark.django_db
def test_a_round_has_a_sample_of_each_agency_and_takes_all_of_a_smaller_one(
    answers: Sequence[Answer], now: datetime
) -> None:
    counts: dict[int, int] = {}
    for answer in answers:
        counts[answer.agency_id] = counts.get(answer.agency_id, 0) + 1
    size = min(counts.values()) + 1
    drawn = drawing.draw(PERIOD, size=size, second_percent=30, by=None, at=now)
    samples = {sample.agency_id: sample for sample in AuditSample.objects.filter(round=drawn)}
    assert {agency: sample.population for agency, sample in samples.items()} == counts
    assert {agency: sample.items.count() for agency, sample in samples.items()} == {
        agency: min(size, number) for agency, number in counts.items()
    }
    assert samples[answers[0].agency_id].challenged == 2
    assert AuditItem.objects.filter(is_challenged=True).count() == 2
    total = AuditItem.objects.count()
    assert AuditItem.objects.filter(needs_second=True).count() == -(-total * 30 // 100)


@pytest.mark.django_db
def test_the_days_of_two_rounds_do_not_overlap(drawn: AuditRound, now: datetime) -> None:
    with pytest.raises(drawing.RoundsOverlap):
        drawing.draw(ReportPeriod(date(2025, 12, 1), date(2026, 1, 2)), size=4, second_percent=0, by=None, at=now)
    with pytest.raises(drawing.NothingToDraw):
        drawing.draw(ReportPeriod(date(2020, 1, 1), date(2020, 1, 31)), size=4, second_percent=0, by=None, at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        AuditRound.objects.create(
            first=PERIOD.last, last=PERIOD.last, size=1, second_percent=0, drawn_by=None, drawn_at=now
        )
    assert AuditRound.objects.get() == drawn


@pytest.mark.django_db
@pytest.mark.usefixtures("answers")
def test_the_order_of_the_keys_tells_no_agency(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dice that fall alike each time, for by chance all agencies may stand together."""
    monkeypatch.setattr(drawing, "_RANDOM", Random(1))
    drawing.draw(PERIOD, size=4, second_percent=50, by=None, at=now)
    agencies = list(AuditItem.objects.order_by("pk").values_list("sample__agency", flat=True))
    changes = sum(first != second for first, second in pairwise(agencies))
    assert changes > len(set(agencies)) - 1
