"""The menu of staff pages: the entries that every app offers, in one order."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.staff import menu as people
from complaints.contact_centre import menu as contact_centre
from complaints.desk import menu as desk
from complaints.message_centre import menu as message_centre
from complaints.staff.handbook_pages import help_url
from complaints.unit import menu as unit
from config.monitoring import menu as monitoring
from kit.menu import MenuEntry
from reports import menu as reports

MENU: Final[tuple[MenuEntry, ...]] = (
    unit.TRIAGE,
    unit.PRECEDENTS,
    unit.ENDED_AGENCIES,
    unit.IDENTITIES,
    unit.DIRECTORY,
    unit.PRIVACY_REQUESTS,
    unit.PRIVACY_VIEWS,
    unit.PRIVACY_RETENTION,
    unit.PRIVACY_HOLDS,
    unit.PRIVACY_BREACHES,
    desk.ALL_CASES,
    desk.QUEUE,
    desk.TEXTS,
    desk.OFFICERS,
    contact_centre.CALLS,
    desk.DIRECTORATE,
    message_centre.MESSAGES,
    message_centre.WORDINGS,
    reports.REPORTS,
    people.PEOPLE,
    people.CHANGES,
    monitoring.STATUS,
)


def staff_menu(request: HttpRequest) -> dict[str, object]:
    """Hand every template the menu of whoever asks, and where "Help" leads, worked out only where a page shows it."""
    return {
        "staff_menu": SimpleLazyObject(lambda: _entries(request)),
        "help_url": SimpleLazyObject(lambda: _help_url(request)),
    }


def _help_url(request: HttpRequest) -> str:
    return help_url(request.user.authority(timezone.now())) if request.user.is_authenticated else ""


def _entries(request: HttpRequest) -> list[MenuEntry]:
    """Return the entries the user sees; none for citizens, and for staff without a role today."""
    if not request.user.is_authenticated:
        return []
    authority = request.user.authority(timezone.now())
    return [entry for entry in MENU if authority.has(entry.roles) and not authority.has(entry.hidden_from)]
