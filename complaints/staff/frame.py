"""What every staff page shows around its middle: the menu, the office, what the person may open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from accounts.models import User
from accounts.roles import (
    CMU,
    CONTACT_CENTRE,
    DESK,
    LADDER,
    OPERATORS,
    REPORT_READERS,
    SUPERVISION,
    Authority,
    Role,
)
from agencies.models import Agency
from complaints.case_text.promise import unit_name
from complaints.models import Case
from complaints.visibility.identity import StaffVisibility


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
        names = [one.name for one in agencies]
    return f"{what.label} – {gettext(', ').join(names)}"


def _role_label(authority: Authority, agency: Agency | None) -> str:
    """Return what somebody is who sits at no desk, with the agency where they stand on its ladder."""
    held = [role for role in Role if authority.has({role})]
    if not held:
        return ""
    what = str(held[0].label)
    is_theirs = agency is not None and agency.pk in authority.agencies({held[0]} & set(LADDER))
    return f"{what} – {agency.name}" if agency and is_theirs else what


@dataclass(frozen=True)
class MenuItem:
    """One line of the side menu: the name of its address and of those below it, and how much waits there."""

    name: str
    text: str
    within: str = ""
    count: int = 0


def menu_of(user: User, *, at: datetime, counts: Mapping[str, int] | None = None) -> list[MenuItem]:
    """Return the work areas of ``user``; empty for staff without a desk today.

    ``counts`` says how much waits in an area, where the page knows it anyway.
    """
    authority = user.authority(at)
    queue = gettext("All cases") if authority.has(CMU) else gettext("Work queue")
    areas = [
        (CMU, MenuItem("triage", gettext("Triage"))),
        (CMU, MenuItem("precedents", gettext("Precedents"))),
        (CMU, MenuItem("ended-agencies", gettext("Agencies that ended"), within="ended-agency")),
        (CMU | DESK, MenuItem("queue", queue)),
        (CMU | DESK, MenuItem("texts", gettext("Standard texts"), within="text text-new text-delete")),
        (CMU | SUPERVISION, MenuItem("officers", gettext("Officers"), within="officers-absence officers-reassign")),
        (CMU | CONTACT_CENTRE, MenuItem("calls", gettext("Calls"), within="call")),
        (
            frozenset({Role.DIRECTORATE_MEMBER}),
            MenuItem("directorate-requests", gettext("Requests to the directorate"), within="directorate-request"),
        ),
        (CMU | OPERATORS, MenuItem("messages", gettext("Messages"), within="message")),
        (CMU, MenuItem("wordings", gettext("Words of the messages"), within="wording")),
        (REPORT_READERS, MenuItem("reports", gettext("Reports"))),
    ]
    waiting = counts or {}
    return [replace(item, count=waiting.get(item.name, 0)) for roles, item in areas if authority.has(roles)]


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
    """Return what every page of the desk shows around its middle.

    ``counts`` go to the lines of the menu; ``names`` of the own agencies spare a statement where they are known.
    """
    agency = case.agency if case else None
    return {
        "menu": menu_of(user, at=at, counts=counts),
        "office": office_label(user, at=at, agency=agency, names=names),
        "finds_cases": user.authority(at).has(CASEWORK),
        "opens_messages": user.authority(at).has(CMU | OPERATORS),
        "staff_visibility": StaffVisibility(user, at),
        "at": at,
    }
