"""What the citizen says of the answer: rate it, change that, by account or by a signed link."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from complaints.engine.links import TEMPLATE
from complaints.engine.transition import TransitionNotAllowed, act
from complaints.models import Case, FormerRating, Rating
from complaints.permissions.ratings import RatingWindow, rating_window
from complaints.workflow import Action, Actor
from notifications import outbox


class RatedElsewhere(Exception):
    """The citizen has rated the answer meanwhile, in another window: what is on the page is not what stands."""


def rate(
    case: Case, *, by: User | None, at: datetime, count: int, solved: str, treated: int | None = None, text: str = ""
) -> Rating:
    """Record what the citizen says of the answer that stands; the former words of a changed rating are kept.

    ``count`` is how often the answer had been rated when the page was opened: saying the same again changes nothing,
    saying something else raises ``RatedElsewhere``. ``by`` is None for the signed link, which the caller checked.
    Cancels the question by SMS that has not left. Locks the case. Raises ``TransitionNotAllowed`` when the answer can
    no longer be rated, and ``NotEntitled``.
    """
    with transaction.atomic():
        Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        case.refresh_from_db(fields=["state", "closed_at", "outcome"])
        window = rating_window(case)
        if window is None or not window.is_open(at=at):
            raise TransitionNotAllowed(Action.RATE, case)
        said = {"solved": solved, "treated": treated, "text": text}
        if window.rating is not None and window.count > count:
            if all(getattr(window.rating, name) == value for name, value in said.items()):
                return window.rating
            raise RatedElsewhere
        return _record(case, window, by=by, at=at, said=said)


def _record(
    case: Case, window: RatingWindow, *, by: User | None, at: datetime, said: dict[str, str | int | None]
) -> Rating:
    with act(case, Action.RATE, by=by, at=at, through=Actor.CITIZEN if by is None else None) as change:
        if window.rating is None:
            rating = Rating(case=case, closing=window.closing, made_at=change.at)
        else:
            rating = window.rating
            _keep(rating, at=change.at)
        rating.event_id, rating.changed_at = change.event_id, change.at
        for name, value in said.items():
            setattr(rating, name, value)
        if window.rating is None:
            rating.save(force_insert=True)
        else:
            rating.save(update_fields=["event", "changed_at", *said])
        change.facts = {
            "solved": rating.solved,
            "treated": rating.treated,
            "words": change.fingerprint(rating.text),
        }
        outbox.cancel(reference=case.reference, templates={TEMPLATE}, at=change.at)
    return rating


def _keep(rating: Rating, *, at: datetime) -> None:
    FormerRating.objects.create(
        rating=rating,
        case_id=rating.case_id,
        event_id=rating.event_id,
        solved=rating.solved,
        treated=rating.treated,
        text=rating.text,
        replaced_at=at,
    )


def words_for_objection(case: Case) -> str:
    """Return what the citizen wrote when saying that the problem is not solved, to begin an objection with."""
    window = rating_window(case)
    if window is None or window.rating is None or window.rating.solved == "yes":
        return ""
    return window.rating.text
