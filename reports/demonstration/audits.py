"""Audits of the demonstration: the answers of two quarters scored, those of the last month half scored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.models import Membership
from accounts.roles import CMU
from complaints.models import CaseEvent
from reports.audits import drawing
from reports.models import AuditItem, AuditRound, AuditScore, ReportKind
from reports.models.audits import CRITERIA, Verdict
from reports.periodic.calendar_periods import latest
from reports.periods import ReportPeriod

SIZE, SECOND_PERCENT = 4, 25
#: How long after the end of the period a round is drawn.
_DRAWN: Final = timedelta(days=1, hours=10)
#: How often a challenged answer is found hollow, any other, and how often a second scorer agrees.
_CHALLENGED, _OTHER, _AGREES = 0.6, 0.12, 0.9


def make(at: datetime) -> None:
    """Draw three rounds; score two of them, and half of the third."""
    today, dice = timezone.localdate(at), Random(26)  # noqa: S311 - a demonstration
    quarters = latest(ReportKind.QUARTER, today=today, number=2)
    for period in quarters:
        _round(period, share=1.0, dice=dice, at=at)
    (month,) = latest(ReportKind.MONTH, today=today, number=1)
    if month.first > quarters[0].last:
        _round(month, share=0.5, dice=dice, at=at)


def _round(period: ReportPeriod, *, share: float, dice: Random, at: datetime) -> None:
    drawn_at = min(at, period.ends_at + _DRAWN)
    try:
        drawn = drawing.draw(period, size=SIZE, second_percent=SECOND_PERCENT, by=None, at=drawn_at)
    except drawing.NothingToDraw:
        return
    _score(drawn, share=share, dice=dice, at=drawn_at)


def _score(drawn: AuditRound, *, share: float, dice: Random, at: datetime) -> None:
    """Let two members of the unit who had nothing to do with a case score its answer."""
    unit = list(Membership.objects.active(timezone.localdate(at)).filter(role__in=CMU).values_list("user", flat=True))
    items = list(AuditItem.objects.filter(sample__round=drawn).select_related("answer").order_by("pk"))
    acted = _acted(items, unit)
    scores: list[AuditScore] = []
    for item in items[: int(len(items) * share)]:
        free = [key for key in sorted(unit) if item.answer and key not in acted[item.answer.case_id]]
        if len(free) > item.needs_second:
            scores += _scores(item, dice.sample(free, 1 + item.needs_second), dice, at=at)
    AuditScore.objects.bulk_create(scores)
    decided = [item for item in items if item.verdict]
    AuditItem.objects.bulk_update(decided, ["verdict", "judged_at"])


def _acted(items: Sequence[AuditItem], unit: Sequence[UUID]) -> Mapping[int, set[UUID]]:
    cases = {item.answer.case_id for item in items if item.answer}
    events = CaseEvent.objects.filter(Q(actor__in=unit) | Q(on_behalf_of__in=unit), case__in=cases).order_by()
    found: defaultdict[int, set[UUID]] = defaultdict(set)
    for case, *people in events.values_list("case", "actor", "on_behalf_of").distinct():
        found[case].update(filter(None, people))
    return found


def _scores(item: AuditItem, scorers: Sequence[UUID], dice: Random, *, at: datetime) -> list[AuditScore]:
    """Return the scores of an answer, and decide it where they agree."""
    is_hollow = dice.random() < (_CHALLENGED if item.is_challenged else _OTHER)
    verdicts = [_verdict(is_hollow=is_hollow)]
    if item.needs_second:
        verdicts.append(_verdict(is_hollow=is_hollow == (dice.random() < _AGREES)))
    if len(set(verdicts)) == 1:
        item.verdict, item.judged_at = verdicts[0], at
    return [
        AuditScore(item=item, scorer_id=scorer, verdict=verdict, scored_at=at, **_points(verdict, dice))
        for scorer, verdict in zip(scorers, verdicts, strict=True)
    ]


def _verdict(*, is_hollow: bool) -> Verdict:
    return Verdict.HOLLOW if is_hollow else Verdict.GENUINE


def _points(verdict: Verdict, dice: Random) -> dict[str, int]:
    least = 0 if verdict == Verdict.HOLLOW else 1
    return {name: dice.randint(least, least + 1) for name in CRITERIA}
