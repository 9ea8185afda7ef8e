"""Whose a case is and who else has a part in it, as its page says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from accounts.models import User
from accounts.roles import CMU
from complaints.actions import precedents
from complaints.models import Case, CaseEvent, Precedent, Ruling
from complaints.permissions import partner_tasks
from complaints.permissions.partner_tasks import DatedPartnerTask
from complaints.permissions.rulings import _bound_words, _part_words, has_ended, is_bound
from complaints.workflow import AT_AGENCY, Action, State


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Whose a case is and who else has a part in it, as one page says it.

    ``bars`` are the sentences that tell why an action is missing; ``offered`` is the precedent the unit had before it
    at the last referral, and ``fitting`` those that fit while it looks for the owner.
    """

    ruling: Ruling | None
    is_bound: bool
    bars: Sequence[str]
    parts: Sequence[DatedPartnerTask]
    offered: Precedent | None
    was_followed: bool
    fitting: Sequence[Precedent]
    ended_on: date | None

    def __bool__(self) -> bool:
        shown = (self.ruling, self.bars, self.parts, self.offered, self.fitting, self.ended_on)
        return any(bool(one) for one in shown)


def sheet_of(case: Case, user: User, *, at: datetime) -> Sheet:
    """Return what the page of ``case`` says of its competence, in a number of statements that is the same for any."""
    parts = partner_tasks.all_with_due_dates(case)
    ruling, referral = _last_ruling(case), _last_referral(case)
    offered = _precedent(referral.facts) if referral else None
    looks = case.state == State.TRIAGE and user.authority(at).has(CMU)
    on = timezone.localdate(at)
    return Sheet(
        ruling=ruling,
        is_bound=is_bound(case),
        bars=_bars(case, parts),
        parts=parts,
        offered=offered,
        was_followed=offered is not None and offered.agency_id == case.agency_id,
        fitting=precedents.precedents_for([case], on=on).get(case.pk, []) if looks else [],
        ended_on=case.agency.ends_on if case.agency and has_ended(case.agency, on=on) else None,
    )


def _bars(case: Case, parts: Sequence[DatedPartnerTask]) -> list[str]:
    if case.state not in AT_AGENCY:
        return []
    bound = [_bound_words()] if is_bound(case) else []
    return bound + [_part_words(part) for part in parts if part.is_open]


def _last_ruling(case: Case) -> Ruling | None:
    rulings = case.rulings.filter(agency__isnull=False).exclude(text="").select_related("by", "agency")
    last = rulings.order_by("at", "id").last()
    return last if last and last.agency_id == case.agency_id else None


def _last_referral(case: Case) -> CaseEvent | None:
    return case.events.filter(action=Action.REFER).order_by("number").last()


def _precedent(facts: Mapping[str, Any]) -> Precedent | None:
    key = facts.get("offered")
    return Precedent.objects.select_related("agency").filter(pk=key).first() if key else None
