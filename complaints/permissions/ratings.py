"""Which answer the citizen may rate, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from complaints.models import Case, CaseEvent, Rating
from complaints.permissions import send_window
from complaints.workflow import NOT_RATED, Action, Kind, State

#: The events after which another answer stands, or none.
_ENDS = (Action.CLOSE, Action.UNDO, Action.ARCHIVE, Action.WITHDRAW)


@dataclass(frozen=True)
class RatingWindow:
    """The answer that may be rated, what was said of it so far, and from when until when it is said or changed."""

    closing: CaseEvent
    rating: Rating | None
    count: int
    since: datetime
    until: datetime

    def is_open(self, *, at: datetime) -> bool:
        """Tell whether the citizen may still rate, or change the rating, at ``at``."""
        return self.since <= at <= self.until


def rating_window(case: Case) -> RatingWindow | None:
    """Return the window of the answer that stands; None where there is none to rate. Three statements at most.

    A first rating is open for RATING_OPEN_DAYS after the closing, a change for RATING_CHANGE_DAYS after the first one;
    neither while the closing can still be undone, since nobody has read the answer then.
    """
    if case.state != State.CLOSED or case.closed_at is None or not is_rated(case):
        return None
    closing = standing_answer(case)
    if closing is None:
        return None
    since = closing.at + send_window.span()
    rating = Rating.objects.filter(closing=closing).first()
    if rating is None:
        return RatingWindow(closing, None, 0, since, case.closed_at + timedelta(days=settings.RATING_OPEN_DAYS))
    until = rating.made_at + timedelta(days=settings.RATING_CHANGE_DAYS)
    return RatingWindow(closing, rating, rating.former.count() + 1, since, until)


def is_rated(case: Case) -> bool:
    """Tell whether a case of this kind and outcome is one of which the citizen is asked whether it was solved."""
    return case.kind != Kind.PRAISE and case.outcome not in NOT_RATED


def standing_answer(case: Case) -> CaseEvent | None:
    """Return the event that gave the newest answer; None where it was undone or nothing was answered."""
    last = case.events.filter(action__in=_ENDS).order_by("-number").first()
    return last if last is not None and last.action == Action.CLOSE else None


def may_rate(case: Case, *, at: datetime) -> bool:
    """Tell whether the citizen may rate the answer of ``case``, or change the rating, at ``at``."""
    window = rating_window(case)
    return window is not None and window.is_open(at=at)
