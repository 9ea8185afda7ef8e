"""What the CMU can do with a case that has no clear owner: refer it or archive it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from complaints.chain import fingerprint
from complaints.models import Case, Ruling
from complaints.transition import transition
from complaints.verbs import proposals
from complaints.workflow import Outcome, Verb

if TYPE_CHECKING:
    from accounts.models import User
    from agencies.models import Agency


class NoActiveOfficer(ValueError):
    """The agency has nobody who could receive the case."""


class AlreadyThere(ValueError):
    """The case is already with that agency."""


def refer(case: Case, *, by: User, at: datetime, agency: Agency, reason: str = "", resets_limit: bool = False) -> None:
    """Send the case to ``agency``, also away from another one.

    ``resets_limit`` lets the topic's limit count from now instead of from filing and needs a ``reason`` (a database
    constraint). Raises ``NoActiveOfficer`` and ``AlreadyThere``.
    """
    with transition(case, Verb.REFER, by=by, at=at) as change:
        if case.agency_id == agency.pk:
            raise AlreadyThere
        if not change.desk.officers(agency):
            raise NoActiveOfficer
        ruling = Ruling.objects.create(case=case, agency=agency, text=reason, resets_limit=resets_limit, by=by, at=at)
        change.facts = {"ruling": ruling.pk, "agency": agency.pk, "resets_limit": resets_limit}
        proposals.drop(case)
        change.set(agency=agency, directorate=None, officer=None, promised_on=None)
        if resets_limit:
            change.set(limit_from=at)


def archive(case: Case, *, by: User, at: datetime, reason: str) -> None:
    """Close what is not a case, with a reason that the citizen reads."""
    with transition(case, Verb.ARCHIVE, by=by, at=at) as change:
        ruling = Ruling.objects.create(case=case, text=reason, by=by, at=at)
        change.facts = {"ruling": ruling.pk, "words": fingerprint(reason)}
        change.set(closed_at=at, closed_by=by, outcome=Outcome.INADMISSIBLE)
