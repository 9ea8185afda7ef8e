"""What the citizen's case page shows of a rating."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django_stubs_ext import StrPromise

from complaints.models import Case, Rating
from complaints.own_cases.rating_form import SOLVED_CARDS, TREATED_CARDS, RatingForm
from complaints.permissions.ratings import RatingWindow, rating_window

type Label = str | StrPromise


@dataclass(frozen=True)
class GivenRating:
    """A rating as its citizen reads it."""

    solved: Label
    treated: Label
    text: str
    at: datetime


@dataclass(frozen=True)
class RatingCard:
    """The card on the case page: the form while nothing was said, else what was said; ``until`` while it is open."""

    form: RatingForm | None
    given: GivenRating | None
    until: date | None


def rating_card(case: Case, *, at: datetime) -> RatingCard | None:
    """Return the card for ``case`` at ``at``; None where there is nothing to rate and nothing was said."""
    window = rating_window(case)
    if window is None or (window.rating is None and not window.is_open(at=at)):
        return None
    until = last_day(window) if window.is_open(at=at) else None
    if window.rating is None:
        return RatingCard(RatingForm(kind=case.kind, count=0), None, until)
    return RatingCard(None, _given(window.rating), until)


def last_day(window: RatingWindow) -> date:
    """Return the last day on which the answer may be rated or the rating changed."""
    return timezone.localdate(window.until)


def _given(rating: Rating) -> GivenRating:
    solved = next(card.label for card in SOLVED_CARDS if card.value == rating.solved)
    treated = next((card.label for card in TREATED_CARDS if card.value == str(rating.treated)), "")
    return GivenRating(solved, treated, rating.text, rating.changed_at)
