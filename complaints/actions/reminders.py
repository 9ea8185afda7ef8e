"""Reminders: by staff to the officer or the directorate, by the citizen to a late agency; and asking the unit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from accounts.contact import BY_EMAIL
from accounts.models import Absence, User, officers_of
from agencies.calendar import AMMAN
from complaints.engine import holders, links, notices
from complaints.engine.change import Change
from complaints.engine.transition import act
from complaints.models import Case, Consultation
from complaints.permissions import late_cases
from complaints.workflow import AT_AGENCY, Action
from complaints.workflow.refusals import ActionRefused
from notifications import outbox


class Whom(StrEnum):
    """The party that is reminded."""

    OFFICER = "officer"
    DIRECTORATE = "directorate"


class RemindedToday(ActionRefused):
    """The same party was reminded of the case today already."""


class NobodyToRemind(ActionRefused):
    """Nobody has to act on the case now, or only the person who reminds."""


def remindable(case: Case, *, by: User, at: datetime) -> list[Whom]:
    """Return the parties whom ``by`` can remind of ``case``, whether reminded today or not; five statements at most."""
    parties = {Whom.OFFICER: _others(case, by, at=at), Whom.DIRECTORATE: _consultation_to_repeat(case, at=at)}
    return [whom for whom, found in parties.items() if found]


def remind_officer(case: Case, *, by: User, at: datetime) -> None:
    """Remind the officer of the case, or the deputy, or all officers of the agency while it has none.

    Raises ``RemindedToday`` and ``NobodyToRemind``.
    """
    with transaction.atomic():
        with act(case, Action.REMIND, by=by, at=at) as change:
            _require_first(change, Whom.OFFICER)
            people = _others(case, by, at=change.at)
            if not people:
                raise NobodyToRemind
            change.facts = {"whom": str(Whom.OFFICER)}
        notices.tell_staff("officer_reminded", people, change=change)


def remind_directorate(case: Case, *, by: User, at: datetime) -> None:
    """Send the directorate that was asked its link once more; raises as ``remind_officer`` does."""
    with act(case, Action.REMIND, by=by, at=at) as change:
        _require_first(change, Whom.DIRECTORATE)
        asked = _consultation_to_repeat(case, at=change.at)
        if asked is None:
            raise NobodyToRemind
        change.facts = {"whom": str(Whom.DIRECTORATE), "directorate": asked.directorate_id}
        outbox.owe(
            [links.notice(asked, template=links.REMINDER)],
            occasion=notices.occasion_of(case.pk, case.version + 1),
            at=change.at,
        )


def remind_agency(case: Case, *, by: User, at: datetime) -> None:
    """Remind a late agency on behalf of the citizen, once a working day; whoever has the case gets an e-mail.

    Raises ``RemindedToday``, and ``TransitionNotAllowed`` when the agency is not late.
    """
    with transaction.atomic():
        with act(case, Action.REMIND_AGENCY, by=by, at=at) as change:
            if late_cases.reminds_again_on(case, at=change.at, calendar=change.calendar) is not None:
                raise RemindedToday
        notices.tell_staff("officer_citizen_reminds", acting_on(case, change.at), change=change, by=BY_EMAIL)


def ask_unit(case: Case, *, by: User, at: datetime) -> None:
    """Ask the unit to step in after every escalation level was told: the case is on its list until it moves.

    Raises ``TransitionNotAllowed`` before that, and when the unit was asked already.
    """
    with act(case, Action.ASK_UNIT, by=by, at=at) as change:
        change.set(unit_asked_at=change.at)


def _require_first(change: Change, whom: Whom) -> None:
    midnight = datetime.combine(timezone.localdate(change.at, AMMAN), time.min, AMMAN)
    reminders = change.case.events.filter(action=Action.REMIND, actor__isnull=False, at__gte=midnight)
    if reminders.filter(facts__whom=str(whom)).exists():
        raise RemindedToday


def _others(case: Case, by: User, *, at: datetime) -> list[User]:
    """Return who owes the next step at the agency, except whoever reminds and the person who filed the case."""
    if case.state not in AT_AGENCY:
        return []
    return [user for user in acting_on(case, at) if user.pk != by.pk and not case.is_own_of(user)]


def _consultation_to_repeat(case: Case, *, at: datetime) -> Consultation | None:
    """Return what a directorate is asked that can get its link once more."""
    asked = holders.open_consultation(case)
    return asked if asked is not None and asked.directorate.email and at < asked.expires_at else None


def acting_on(case: Case, at: datetime) -> Sequence[User]:
    """Return who handles the case today: its officer, the deputy while the officer is away, or all officers."""
    on = timezone.localdate(at)
    officer = case.officer
    if officer is not None and officer.is_active:
        absence = Absence.objects.on(on).filter(user=officer).select_related("deputy").first()
        if absence is None:
            return [officer]
        if absence.deputy is not None and not case.is_recused(absence.deputy):
            return [absence.deputy]
    return list(officers_of(case.agency, on, exclude=case.recused)) if case.agency else []
