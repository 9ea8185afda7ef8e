"""The menu of staff pages: the entries that every app offers, in groups."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts.roles import Authority
from accounts.staff import menu as people
from complaints.contact_centre import menu as contact_centre
from complaints.desk import start
from complaints.message_centre import menu as message_centre
from complaints.staff.frame import help_url
from complaints.unit import menu as unit
from config.monitoring import menu as monitoring
from kit.menu import MenuEntry, MenuGroup
from reports import menu as reports

MENU: Final[tuple[MenuGroup, ...]] = (
    MenuGroup(
        _("Cases"),
        (
            reports.TODAY,
            unit.TRIAGE,
            start.ALL_CASES,
            start.QUEUE,
            start.LATE_CASES,
            start.LIKELY_MISSED,
            start.DIRECTORATE,
            start.OFFICERS,
            contact_centre.NEW_CALL,
            contact_centre.CALLS,
            contact_centre.MY_CALLS,
            contact_centre.DAY,
            message_centre.MESSAGES,
        ),
    ),
    MenuGroup(
        _("Figures"),
        (
            reports.PM_OFFICE,
            reports.OWN_FIGURES,
            reports.REPORTS,
            reports.PERIODIC,
            reports.CIRCULATION,
            reports.ANNEXES,
            reports.DIRECTIVES,
            reports.AUDITS,
            reports.COMMITMENT,
            reports.PHENOMENA,
        ),
    ),
    MenuGroup(
        _("Texts and answers"),
        (
            unit.PRECEDENTS,
            unit.CONFUSIONS,
            unit.PUBLISHED,
            start.KNOWN_PROBLEMS,
            start.SITES,
            start.TEXTS,
            start.MACROS,
            message_centre.WORDINGS,
        ),
    ),
    MenuGroup(
        _("Privacy"),
        (
            unit.IDENTITIES,
            unit.MANDATES,
            unit.PRIVACY_REQUESTS,
            unit.PRIVACY_VIEWS,
            unit.PRIVACY_RETENTION,
            unit.POLICIES,
            unit.PRIVACY_HOLDS,
            unit.PRIVACY_BREACHES,
        ),
    ),
    MenuGroup(
        _("Administration"),
        (
            unit.DIRECTORY,
            unit.PROGRAMS,
            unit.PROGRAM_KEYS,
            unit.ENDED_AGENCIES,
            people.PEOPLE,
            people.CHANGES,
            monitoring.STATUS,
        ),
    ),
)
#: A menu of so few entries has no headings.
FEW: Final = 6


def staff_menu(request: HttpRequest) -> dict[str, object]:
    """Hand every template the menu of whoever asks, and where "Help" leads, worked out only where a page shows it."""
    return {
        "staff_menu": SimpleLazyObject(lambda: _groups(request)),
        "help_url": SimpleLazyObject(lambda: _help_url(request)),
    }


def _help_url(request: HttpRequest) -> str:
    return help_url(request.user.authority(timezone.now())) if request.user.is_authenticated else ""


def _groups(request: HttpRequest) -> list[MenuGroup]:
    """Return what the user sees, a short menu as one group; citizens see nothing, like staff without a role today."""
    if not request.user.is_authenticated:
        return []
    return _seen_groups(request.user.authority(timezone.now()))


@lru_cache(maxsize=512)
def _seen_groups(authority: Authority) -> list[MenuGroup]:
    groups = [replace(group, entries=tuple(_seen(group.entries, authority))) for group in MENU]
    entries = tuple(entry for group in groups for entry in group.entries)
    if len(entries) <= FEW:
        return [MenuGroup("", entries)] if entries else []
    return [group for group in groups if group.entries]


def _seen(entries: Iterable[MenuEntry], authority: Authority) -> Iterator[MenuEntry]:
    return (entry for entry in entries if authority.has(entry.roles) and not authority.has(entry.hidden_from))
