"""The calls, letters, visits and e-mails in which the contact centre dealt with a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from complaints.models import Case, CentreContact
from complaints.permissions.case_parts import has_part

#: Contacts shown, the newest.
MOST_SHOWN: Final = 10


def contacts_about(case: Case) -> Sequence[CentreContact]:
    """Return the newest contacts about ``case`` with their agents; no statement where there are none."""
    if not has_part(case, "contacts"):
        return ()
    about = CentreContact.objects.filter(reference=case.reference).select_related("agent")
    return list(about.order_by("-started_at", "-pk")[:MOST_SHOWN])
