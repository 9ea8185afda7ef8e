"""Scores audited answers: which one is next for a member of the unit, and the doors through which scores come in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from secrets import choice

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import User
from complaints.models import Case, CaseEvent
from reports.models import AuditItem, AuditRound, AuditScore


class NoSuchItem(LookupError):
    """There is no such audited answer, or this person may not judge it."""


class AlreadyScored(ValueError):
    """Others have scored the answer meanwhile, or this person has."""


class NotInDispute(ValueError):
    """The two scores agree, are not both given, or somebody has settled them."""


def judgeable(user: User, *, at: datetime) -> QuerySet[AuditItem]:
    """Return the audited answers that ``user`` may judge: on no case that they filed, acted on or are recused from."""
    acted = CaseEvent.objects.filter(Q(actor=user) | Q(on_behalf_of=user), case=OuterRef("answer__case"))
    seen = Case.objects.visible_to(user, at=at).filter(pk=OuterRef("answer__case"))
    return AuditItem.objects.filter(Exists(seen), ~Exists(acted))


def open_for(user: User, drawn: AuditRound, *, at: datetime) -> QuerySet[AuditItem]:
    """Return what ``user`` may score in a round: not scored by them, and with a score still to come."""
    given = judgeable(user, at=at).filter(sample__round=drawn, verdict="").annotate(given=Count("scores"))
    waiting = given.filter(Q(given=0) | Q(given=1, needs_second=True))
    return waiting.exclude(Exists(AuditScore.objects.filter(item=OuterRef("pk"), scorer=user)))


def next_item(user: User, drawn: AuditRound, *, at: datetime) -> int | None:
    """Return the key of an answer for ``user`` to score, None if none is left; at random, so that two rarely meet."""
    keys = list(open_for(user, drawn, at=at).values_list("pk", flat=True))
    return choice(keys) if keys else None


@transaction.atomic
def score(key: int, points: Mapping[str, int], *, verdict: str, remark: str = "", by: User, at: datetime) -> AuditScore:
    """Store what ``by`` scored: locks the answer, and decides it when its last score agrees with the others.

    Raises NoSuchItem and AlreadyScored. The database refuses the same by triggers.
    """
    item = _locked(key, by=by, at=at)
    scores = list(item.scores.all())
    if item.verdict or len(scores) > item.needs_second or any(row.scorer_id == by.pk for row in scores):
        raise AlreadyScored
    given = AuditScore.objects.create(item=item, scorer=by, verdict=verdict, remark=remark, scored_at=at, **points)
    if len(scores) == item.needs_second and all(row.verdict == verdict for row in scores):
        _decide(item, verdict, at=at)
    return given


@transaction.atomic
def settle(key: int, *, verdict: str, because: str, by: User, at: datetime) -> AuditItem:
    """Decide an answer on which two scorers differ, as a third person; locks it. Raises NoSuchItem and NotInDispute."""
    item = _locked(key, by=by, at=at)
    scores = list(item.scores.all())
    if any(row.scorer_id == by.pk for row in scores):
        raise NoSuchItem
    if item.verdict or len({row.verdict for row in scores}) < 2:  # noqa: PLR2004 - two verdicts differ
        raise NotInDispute
    item.settled_by, item.settled_because = by, because
    _decide(item, verdict, at=at)
    return item


def disputes(user: User, *, at: datetime) -> QuerySet[AuditItem]:
    """Return the answers on which two differ and that ``user``, who scored none of them, may settle; oldest first."""
    own = AuditScore.objects.filter(item=OuterRef("pk"), scorer=user)
    disputed = AuditItem.objects.disputed().values("pk")
    found = judgeable(user, at=at).filter(pk__in=disputed).exclude(Exists(own))
    return found.order_by("sample__round__first", "pk")


def _locked(key: int, *, by: User, at: datetime) -> AuditItem:
    if not judgeable(by, at=at).filter(pk=key).exists():
        raise NoSuchItem
    return AuditItem.objects.select_for_update(of=("self",)).get(pk=key)


def _decide(item: AuditItem, verdict: str, *, at: datetime) -> None:
    item.verdict, item.judged_at = verdict, at
    item.save(update_fields=["verdict", "judged_at", "settled_by", "settled_because"])
