"""The CMU's actions on a case without a clear owner: refer it or archive it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from agencies.models import Agency
from complaints.actions import precedents, proposals, recusals
from complaints.actions.precedents import PrecedentDraft
from complaints.engine.change import Change
from complaints.engine.transition import transition
from complaints.models import Case, Ruling
from complaints.permissions import rulings
from complaints.workflow import Action, Outcome
from complaints.workflow.refusals import ActionRefused


class NoActiveOfficer(ActionRefused):
    """The agency has no officer who could receive the case."""


class RulingNeedsReason(ActionRefused):
    """The referral is a ruling, or is to be kept for the next case: it needs a reason."""


class AlreadyThere(ActionRefused):
    """The case is already with that agency."""


def refer(
    case: Case,
    *,
    by: User,
    at: datetime,
    agency: Agency,
    reason: str = "",
    resets_limit: bool = False,
    precedent: PrecedentDraft | None = None,
) -> None:
    """Refer the case to ``agency``, also away from another one.

    After ``rulings.bounces_before_ruling`` bounces this is a ruling, which binds the agency and needs a ``reason``.
    ``resets_limit`` lets the topic's limit count from now instead of from filing and needs one too (a database
    constraint), as does ``precedent``, which keeps the referral as a precedent. The ruling also stores the precedent
    that fitted the case best. Staff of ``agency`` whom the citizen named are recused from then on. Raises
    ``NoActiveOfficer``, ``AlreadyThere``, ``AgencyEnded`` and ``RulingNeedsReason``.
    """
    with transaction.atomic():
        with transition(case, Action.REFER, by=by, at=at) as change:
            if case.agency_id == agency.pk:
                raise AlreadyThere
            named = recusals.exclude_named(case, agency, at=change.at)
            _require_receiver(change, agency)
            if not reason and (precedent or rulings.needs_ruling(case)):
                raise RulingNeedsReason
            _record_ruling(change, agency, reason=reason, resets_limit=resets_limit, by=by)
            change.facts = {"agency": agency.pk, "resets_limit": resets_limit, "words": change.fingerprint(reason)}
            if precedent is not None:
                precedents.keep(change, precedent, agency=agency, why=reason, by=by)
            change.partners = proposals.drop(change)
            change.set(agency=agency, directorate=None, officer=None, promised_on=None)
            if resets_limit:
                change.set(limit_from=change.at)
        recusals.record(case, named, agency=agency, at=change.at)


def _require_receiver(change: Change, agency: Agency) -> None:
    """Raise ``AgencyEnded`` or ``NoActiveOfficer`` if nobody of ``agency`` could receive the case that day."""
    rulings.require_existing(agency, on=change.desk.on)
    if not change.desk.officers(agency):
        raise NoActiveOfficer


def _record_ruling(change: Change, agency: Agency, *, reason: str, resets_limit: bool, by: User) -> None:
    """Record the referral with the precedent that fitted the case best, whether it was followed or not."""
    offered = precedents.precedents_for([change.case], on=change.desk.on)[change.case.pk]
    Ruling.objects.create(
        case=change.case,
        event_id=change.event_id,
        agency=agency,
        text=reason,
        resets_limit=resets_limit,
        offered=offered[0] if offered else None,
        by=by,
        at=change.at,
    )


def archive(case: Case, *, by: User, at: datetime, reason: str) -> None:
    """Close a submission that is not a case, with a reason that the citizen reads."""
    with transition(case, Action.ARCHIVE, by=by, at=at) as change:
        Ruling.objects.create(case=case, event_id=change.event_id, text=reason, by=by, at=change.at)
        change.facts = {"words": change.fingerprint(reason)}
        change.set(closed_at=change.at, closed_by=by, outcome=Outcome.INADMISSIBLE)
