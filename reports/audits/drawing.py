"""Draws a round: the answers of each agency in a period, those sent although challenged first, then random ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from secrets import SystemRandom
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from agencies import successions
from complaints.models import Answer
from complaints.models.texts import AnswerState
from reports.models import AuditItem, AuditRound, AuditSample
from reports.periods import ReportPeriod

#: The share of a sample that challenged answers may take while others wait: without any other answer nothing would be
#: known of those that nobody challenged.
_CHALLENGED_SHARE: Final = 0.75
_RANDOM: Final = SystemRandom()


class RoundsOverlap(ValueError):
    """Some days of the period belong to a round that was drawn already."""


class NothingToDraw(ValueError):
    """No agency gave an answer in the period."""


@dataclass(frozen=True)
class GivenAnswer:
    """An answer that may be drawn, and the agency that does the work of its author today."""

    key: int
    agency: int
    is_challenged: bool


def draw(period: ReportPeriod, *, size: int, second_percent: int, by: User | None, at: datetime) -> AuditRound:
    """Draw a sample of each agency's answers in ``period``, which must be over, and return the round.

    Answers that repeat that of a lead case, and those taken back, are not drawn; a sample larger than the agency's
    answers takes all. Raises RoundsOverlap and NothingToDraw; four statements for any number of agencies.
    """
    by_agency = _by_agency(_given(period, at=at))
    if not by_agency:
        raise NothingToDraw
    chosen = {agency: choose(answers, size) for agency, answers in by_agency.items()}
    try:
        with transaction.atomic():
            return _store(period, chosen, by_agency, size=size, second_percent=second_percent, by=by, at=at)
    except IntegrityError as error:
        if "audit_rounds_do_not_overlap" in str(error):
            raise RoundsOverlap from None
        raise


def choose(answers: Sequence[GivenAnswer], size: int) -> list[GivenAnswer]:
    """Return ``size`` of the answers, or all of fewer: challenged ones first, up to three quarters, then others."""
    challenged = _shuffled(answer for answer in answers if answer.is_challenged)
    others = _shuffled(answer for answer in answers if not answer.is_challenged)
    room = max(ceil(size * _CHALLENGED_SHARE), size - len(others))
    first = challenged[:room]
    return first + others[: size - len(first)]


def _shuffled[T](rows: Iterable[T]) -> list[T]:
    found = list(rows)
    _RANDOM.shuffle(found)
    return found


def _given(period: ReportPeriod, *, at: datetime) -> list[GivenAnswer]:
    continued = successions.continuity(on=timezone.localdate(at))
    rows = Answer.objects.filter(
        state=AnswerState.GIVEN, lead_answer=None, given_at__gte=period.starts_at, given_at__lt=period.ends_at
    ).values_list("pk", "agency", "case__topic", "case__governorate", "challenge")
    found = ((key, continued.agency(*place), bool(challenge)) for key, *place, challenge in rows.order_by("pk"))
    return [GivenAnswer(key, agency, challenged) for key, agency, challenged in found if agency is not None]


def _by_agency(answers: Iterable[GivenAnswer]) -> dict[int, list[GivenAnswer]]:
    found: defaultdict[int, list[GivenAnswer]] = defaultdict(list)
    for answer in answers:
        found[answer.agency].append(answer)
    return dict(found)


def _store(
    period: ReportPeriod,
    chosen: Mapping[int, Sequence[GivenAnswer]],
    by_agency: Mapping[int, Sequence[GivenAnswer]],
    *,
    size: int,
    second_percent: int,
    by: User | None,
    at: datetime,
) -> AuditRound:
    made = AuditRound.objects.create(
        first=period.first, last=period.last, size=size, second_percent=second_percent, drawn_by=by, drawn_at=at
    )
    samples = _samples(made, by_agency)
    # Shuffled over all agencies, so that neither the order nor the key of an answer tells whose it is.
    drawn = _shuffled(answer for answers in chosen.values() for answer in answers)
    twice = {answer.key for answer in _shuffled(drawn)[: ceil(len(drawn) * second_percent / 100)]}
    AuditItem.objects.bulk_create(
        AuditItem(
            sample=samples[answer.agency],
            answer_id=answer.key,
            is_challenged=answer.is_challenged,
            needs_second=answer.key in twice,
        )
        for answer in drawn
    )
    return made


def _samples(made: AuditRound, by_agency: Mapping[int, Sequence[GivenAnswer]]) -> dict[int, AuditSample]:
    """Store how many answers each agency gave, and return the rows by the key of their agency."""
    samples = AuditSample.objects.bulk_create(
        AuditSample(
            round=made,
            agency_id=agency,
            population=len(answers),
            challenged=sum(answer.is_challenged for answer in answers),
        )
        for agency, answers in sorted(by_agency.items())
    )
    return {sample.agency_id: sample for sample in samples}
