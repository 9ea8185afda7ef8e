"""The pages of the handbook for staff: whose work each describes, and which of them is a reader's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.roles import ANY_STAFF, CMU, CONTACT_CENTRE, DESK, LADDER, LEADERSHIP, OPERATORS, Authority, Role


@dataclass(frozen=True)
class HandbookPage:
    """One page: its name in the address and of its texts, its title, what it is about, and whose work it describes."""

    name: str
    title: StrPromise
    summary: StrPromise
    roles: frozenset[Role]


PAGES: Final = (
    HandbookPage(
        "officer",
        _("Help for liaison officers"),
        _("The work queue, responsibility, questions, directorates and other agencies, answers, notes, identity."),
        DESK,
    ),
    HandbookPage(
        "supervisor",
        _("Help for supervisors"),
        _("Signatures, later dates, absences and deputies, reassigning cases, reminders and escalations."),
        frozenset(LADDER),
    ),
    HandbookPage(
        "unit",
        _("Help for CMU staff"),
        _("Triage, referral, precedents, routing rules, objections, former agencies, reports, messages."),
        CMU,
    ),
    HandbookPage(
        "agent",
        _("Help for contact-centre agents"),
        _("Filing for callers, a caller's case, calls to make, what you may not see."),
        CONTACT_CENTRE,
    ),
    HandbookPage(
        "directorate",
        _("Help for directorates"),
        _("Requests by link or account, the time you need, the finding."),
        frozenset({Role.DIRECTORATE_MEMBER}),
    ),
    HandbookPage(
        "leadership",
        _("Help for secretaries-general and ministers’ offices"),
        _("How the agency stands, delays that you are told of, directives, annexes to reports."),
        LEADERSHIP,
    ),
    HandbookPage(
        "office",
        _("Help for the Prime Minister’s office"),
        _("Figures of the country, reports, directives, commitment and phenomena."),
        frozenset({Role.PM_OFFICE}),
    ),
    HandbookPage(
        "auditor",
        _("Help for access auditors"),
        _("Who looked at people, changes of roles and accounts, what is erased."),
        frozenset({Role.AUDITOR}),
    ),
    HandbookPage(
        "operator",
        _("Help for system operators"),
        _("System status, messages and alarms, people and roles."),
        OPERATORS,
    ),
)
BY_NAME: Final = {page.name: page for page in PAGES}
#: Of several pages of one reader the first of these is the one that help opens.
_FIRST: Final = ("unit", "leadership", "supervisor", "officer", "agent", "directorate", "office", "auditor", "operator")


def own_pages(authority: Authority) -> list[HandbookPage]:
    """Return the pages about the work of somebody with ``authority``."""
    return [page for page in PAGES if authority.has(page.roles)]


def other_pages(authority: Authority) -> list[HandbookPage]:
    """Return the pages about the work of others."""
    return [page for page in PAGES if not authority.has(page.roles)]


def help_url(authority: Authority) -> str:
    """Return the address that "Help" opens: the own page, the contents where there is none, empty without a role."""
    if not authority.has(ANY_STAFF):
        return ""
    own: Sequence[str] = [page.name for page in own_pages(authority)]
    name = next((name for name in _FIRST if name in own), "")
    return reverse("handbook-page", args=[name]) if name else reverse("handbook")
