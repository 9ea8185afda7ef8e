"""What every staff page shows around its middle: the office in its head, and what the user may open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext

from accounts.models import User
from accounts.roles import (
    CMU,
    DESK,
    LADDER,
    OPERATORS,
    SUPERVISION,
    Authority,
    Role,
)
from agencies.models import Agency
from complaints.models import Case
from complaints.staff.handbook_pages import help_url
from complaints.unsent_forms import store as unsent_forms
from complaints.visibility.identity import StaffVisibility
from kit.unit import unit_name


def office_label(user: User, *, at: datetime, agency: Agency | None = None, names: Sequence[str] = ()) -> str:
    """Return what ``user`` is and where, for the head of the page.

    ``agency``, or the ``names`` of all of theirs, spare a statement where they are known.
    """
    authority = user.authority(at)
    if authority.has(CMU):
        return unit_name()
    if not authority.has(DESK):
        return _role_label(authority, agency)
    what = Role.SUPERVISOR if authority.has(SUPERVISION) else Role.OFFICER
    if not names:
        desks = authority.agencies(DESK)
        agencies = [agency] if agency and agency.pk in desks else Agency.objects.filter(pk__in=desks)
        names = [agency.name for agency in agencies]
    return f"{what.label} – {gettext(', ').join(names)}"


def _role_label(authority: Authority, agency: Agency | None) -> str:
    """Return the role of somebody who is no officer, with the agency where they are on its ladder of escalation."""
    held = [role for role in Role if authority.has({role})]
    if not held:
        return ""
    what = str(held[0].label)
    is_theirs = agency is not None and agency.pk in authority.agencies({held[0]} & set(LADDER))
    return f"{what} – {agency.name}" if agency and is_theirs else what


#: Who works on cases: the desks of the agencies and the unit.
CASEWORK = DESK | CMU


def frame(
    user: User,
    *,
    at: datetime,
    case: Case | None = None,
    counts: Mapping[str, int] | None = None,
    names: Sequence[str] = (),
) -> dict[str, Any]:
    """Return what every staff page shows around its middle.

    ``counts`` say how much waits, by the URL name of a menu entry; ``names`` of the own agencies spare a statement.
    """
    agency, authority = case.agency if case else None, user.authority(at)
    return {
        "menu_counts": counts or {},
        "office": office_label(user, at=at, agency=agency, names=names),
        "acts_for": gettext(", ").join(colleague.name for colleague in authority.absent),
        "finds_cases": authority.has(CASEWORK),
        "opens_messages": authority.has(CMU | OPERATORS),
        "help_url": help_url(authority),
        "staff_visibility": StaffVisibility(user, at),
        "at": at,
        # Read by the pages on which work begins.
        "unsent_forms": partial(unsent_forms.listed, user, at=at),
    }
