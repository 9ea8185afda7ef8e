"""The panel of a case page that says whose the case is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from accounts.models import User
from accounts.roles import CMU
from complaints.actions import precedents
from complaints.case_text.rulings import rulings_of
from complaints.models import Case, Precedent, Ruling
from complaints.permissions import partner_tasks
from complaints.permissions.case_parts import has_part
from complaints.permissions.partner_tasks import DatedPartnerTask
from complaints.permissions.rulings import has_ended, is_bound, missing_answer_text, ruling_binds_text
from complaints.workflow import AT_AGENCY, State


@dataclass(frozen=True, kw_only=True)
class CompetencePanel:
    """Whose the case is, and which other agencies have a task in it.

    ``blockers`` are the sentences that say why an action is missing; ``offered`` is the precedent that was offered at
    the last referral, and ``fitting`` are those that fit a case in triage.
    """

    ruling: Ruling | None
    is_bound: bool
    blockers: Sequence[str]
    partner_tasks: Sequence[DatedPartnerTask]
    offered: Precedent | None
    was_followed: bool
    fitting: Sequence[Precedent]
    ended_on: date | None

    def __bool__(self) -> bool:
        shown = (self.ruling, self.blockers, self.partner_tasks, self.offered, self.fitting, self.ended_on)
        return any(bool(value) for value in shown)


def competence_panel(case: Case, user: User, *, at: datetime) -> CompetencePanel:
    """Return what the page of ``case`` says of its competence, in a number of statements that is the same for any."""
    tasks = partner_tasks.all_with_due_dates(case) if has_part(case, "tasks") else []
    referrals = _referrals(case)
    ruling, offered = _last_ruling(case, referrals), referrals[-1].offered if referrals else None
    looks_for_owner = case.state == State.TRIAGE and user.authority(at).has(CMU)
    on = timezone.localdate(at)
    return CompetencePanel(
        ruling=ruling,
        is_bound=is_bound(case),
        blockers=_blockers(case, tasks),
        partner_tasks=tasks,
        offered=offered,
        was_followed=offered is not None and offered.agency_id == case.agency_id,
        fitting=precedents.precedents_for([case], on=on).get(case.pk, []) if looks_for_owner else [],
        ended_on=case.agency.ends_on if case.agency and has_ended(case.agency, on=on) else None,
    )


def _blockers(case: Case, tasks: Sequence[DatedPartnerTask]) -> list[str]:
    if case.state not in AT_AGENCY:
        return []
    bound = [ruling_binds_text()] if is_bound(case) else []
    return bound + [missing_answer_text(task) for task in tasks if task.is_open]


def _referrals(case: Case) -> list[Ruling]:
    """Return the referrals by the unit, the oldest first; no statement where there is no ruling."""
    if not has_part(case, "rulings"):
        return []
    return [ruling for ruling in rulings_of(case) if ruling.agency_id is not None]


def _last_ruling(case: Case, referrals: Sequence[Ruling]) -> Ruling | None:
    with_text = [referral for referral in referrals if referral.text]
    last = max(with_text, key=lambda referral: (referral.at, referral.pk), default=None)
    return last if last and last.agency_id == case.agency_id else None
