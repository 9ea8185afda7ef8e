"""Links between cases: as the same problem, under a lead whose answer closes all, or as related."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.models import User
from accounts.roles import CMU
from complaints.actions import linked_cases
from complaints.engine.change import Fact
from complaints.engine.transition import NotEntitled, act
from complaints.models import Case, CaseLink, LinkKind
from complaints.permissions import policy
from complaints.workflow import Action, State
from complaints.workflow.refusals import ActionRefused

#: Cases under one lead. Answering takes some thirty milliseconds for each, all of them in one request.
MOST_FOLLOWERS: Final = 300


class LinkRefused(ActionRefused):
    """The two cases cannot be linked; the subclass says why."""


class OneCase(LinkRefused):
    """A case was to be linked to itself."""


class LinkedAlready(LinkRefused):
    """The two are linked."""


class OtherAgency(LinkRefused):
    """The two belong to different agencies: only the unit may put them under one answer."""


class LedAlready(LinkRefused):
    """One of the two follows another case already, ``lead``."""

    def __init__(self, lead: Case) -> None:
        super().__init__(f"case {lead.pk} leads already")
        self.lead = lead


class LeadFollows(LedAlready):
    """It is the lead that follows: the link would make a chain or a loop."""


class HasLead(LedAlready):
    """It is the case that follows."""


class HasFollowers(LinkRefused):
    """The case has ``number`` followers, which would have to move with it."""

    def __init__(self, number: int) -> None:
        super().__init__(f"{number} cases follow")
        self.number = number


class TooManyFollowers(LinkRefused):
    """The lead already has ``MOST_FOLLOWERS``: one transaction must be able to close all of them."""


def link(
    case: Case, lead: Case, kind: str = LinkKind.SAME_PROBLEM, *, by: User, at: datetime, moving: bool = False
) -> CaseLink:
    """Link ``case`` to ``lead``: as the same problem, which the answer of ``lead`` answers too, or as related.

    Both must be open and at the desk of ``by``; for the same problem also of one agency, unless ``by`` is of the unit.
    ``moving`` moves the followers of ``case`` to ``lead`` too. Both histories record it. Raises a ``LinkRefused``,
    ``NotEntitled`` or ``TransitionNotAllowed``.
    """
    if case.pk == lead.pk:
        raise OneCase
    with transaction.atomic():
        # The followers are locked first: they may have to move, and rows are always locked in one order.
        joins = kind == LinkKind.SAME_PROBLEM
        linked_cases.lock({case.pk, lead.pk, *(linked_cases.open_followers(case) if joins else ())})
        # Checked before any error about links: somebody who may only read one of the two learns nothing of its lead.
        for end in (case, lead):
            _require_in_hand(end, by=by, at=at)
        # Read again under the lock: links may have changed meanwhile, and a chain could result.
        followers = _followers(case) if joins else []
        if CaseLink.objects.filter(ended_at__isnull=True, case__in=[case, lead], lead__in=[case, lead]).exists():
            raise LinkedAlready
        if joins:
            _require_one_step(case, lead, followers, moving=moving)
        made = _join(case, lead, kind, by=by, at=at)
        # Checked last: somebody who may not handle both learns nothing of their agencies, and all is rolled back.
        if joins and not _are_under_one(case, lead, by=by, at=at):
            raise OtherAgency
        for follower in followers:
            _move(follower, lead, by=by, at=at)
    return made


def unlink(link: CaseLink, *, by: User, at: datetime) -> None:
    """End ``link``: the case no longer depends on its lead.

    Both histories record it, except that of a closed lead, which does not change any more. Ending it twice is harmless.
    Raises ``TransitionNotAllowed`` once the case itself is closed.
    """
    with transaction.atomic():
        linked_cases.lock({link.case_id, link.lead_id})
        held = CaseLink.objects.select_related("case", "lead").get(pk=link.pk)
        if held.ended_at is not None:
            return
        held.end_event_id = _record(held.case, Action.UNLINK, by=by, at=at)
        if held.lead.state != State.CLOSED:
            held.lead_end_event_id = _record(held.lead, Action.UNLINK, by=by, at=at)
        _end(held, by=by, at=at)


def _require_in_hand(case: Case, *, by: User, at: datetime) -> None:
    if not policy.is_entitled(case, Action.LINK, by, at=at):
        raise NotEntitled


def _followers(case: Case) -> Sequence[CaseLink]:
    links = CaseLink.objects.filter(lead=case.pk, kind=LinkKind.SAME_PROBLEM, ended_at__isnull=True)
    return list(links.select_related("case").order_by("case"))


def _require_one_step(case: Case, lead: Case, followers: Sequence[CaseLink], *, moving: bool) -> None:
    """Refuse links by which an answer would be copied further than from a lead to its followers."""
    if (above := linked_cases.lead_case(lead)) is not None:
        raise LeadFollows(above)
    if (own := linked_cases.lead_case(case)) is not None:
        raise HasLead(own)
    if followers and not moving:
        raise HasFollowers(len(followers))
    if len(_followers(lead)) + len(followers) >= MOST_FOLLOWERS:
        raise TooManyFollowers


def _are_under_one(case: Case, lead: Case, *, by: User, at: datetime) -> bool:
    return case.agency_id == lead.agency_id or by.authority(at).has(CMU)


def _join(case: Case, lead: Case, kind: str, *, by: User, at: datetime) -> CaseLink:
    event = _record(case, Action.LINK, by=by, at=at, facts={"kind": kind, "leads": False})
    lead_event = _record(lead, Action.LINK, by=by, at=at, facts={"kind": kind, "leads": True})
    return CaseLink.objects.create(
        case=case, lead=lead, event_id=event, lead_event_id=lead_event, kind=kind, by=by, at=at
    )


def _move(old: CaseLink, lead: Case, *, by: User, at: datetime) -> None:
    """Move a follower to another lead; one that is closed or has left the agency only loses the old link."""
    _end(old, by=by, at=at)
    if old.case.state != State.CLOSED and _are_under_one(old.case, lead, by=by, at=at):
        _join(old.case, lead, LinkKind.SAME_PROBLEM, by=by, at=at)


def _end(link: CaseLink, *, by: User, at: datetime) -> None:
    link.ended_by, link.ended_at = by, at
    link.save(update_fields=["ended_by", "ended_at", "end_event", "lead_end_event"])


def _record(case: Case, what: Action, *, by: User, at: datetime, facts: dict[str, Fact] | None = None) -> int:
    """Record in the history of one of the two cases; return the key of the event."""
    with act(case, what, by=by, at=at) as change:
        change.facts = facts or {}
    return change.event_id
