"""Praise is passed on: no responsibility to confirm, no answer to write."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from agencies.models import Directorate
from complaints.actions import proposals
from complaints.actions.consultations import NotOfTheAgency
from complaints.engine import notices
from complaints.engine.transition import transition
from complaints.models import Case
from complaints.workflow import Action, Outcome


def deliver(case: Case, *, by: User, at: datetime, directorate: Directorate | None = None) -> None:
    """Confirm that the praise was passed on within the agency, to the unit ``directorate`` where one is named.

    Closes the case. The supervisors get an e-mail if the praise names an employee. Raises ``NotOfTheAgency`` for a
    directorate of another agency, and ``TransitionNotAllowed`` for a case of another kind.
    """
    with transaction.atomic():
        with transition(case, Action.DELIVER, by=by, at=at) as change:
            if directorate is not None and directorate.agency_id != case.agency_id:
                raise NotOfTheAgency
            change.partners = proposals.drop(change)
            change.facts = {"outcome": Outcome.THANKED, "directorate": directorate.pk if directorate else None}
            change.set(closed_at=change.at, closed_by=by, outcome=Outcome.THANKED, directorate=directorate)
        if case.employee:
            notices.owe_thanks(case, at=change.at)
