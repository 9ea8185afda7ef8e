"""The e-mails about directives: to the heads of the agency, to a level that is told of a delay, to the issuer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse

from accounts.contact import BY_EMAIL, to_staff
from accounts.models import User, acting_as
from accounts.roles import UNIT_HEAD, Role
from agencies import successions
from agencies.models import Agency
from kit.dates import day_digits
from notifications import outbox
from notifications.outbox import Notice
from reports.directives.permissions import OFFICE_ROLES
from reports.models import Directive, DirectiveLevel, IssuingOffice

#: Who heads an agency: the readers of what is addressed to it.
HEADS = frozenset({Role.SUPERVISOR, Role.SECRETARY_GENERAL})


def heads(agency: Agency, on: date) -> list[User]:
    """Return supervisors and secretary-general of ``agency``, or of the one that took over its work."""
    return list(acting_as(HEADS, on, agency=successions.present_agency(agency, on=on)))


def on_level(directive: Directive, level: DirectiveLevel, on: date) -> list[User]:
    """Return who is told on a level: reminders go to the heads of the agency."""
    match level:
        case DirectiveLevel.REMINDER:
            return heads(directive.agency, on)
        case DirectiveLevel.PM_OFFICE:
            return list(acting_as({Role.PM_OFFICE}, on))
        case _:
            return list(acting_as({Role(level)}, on, agency=successions.present_agency(directive.agency, on=on)))


def issuers(directive: Directive, on: date) -> list[User]:
    """Return who decides on ``directive`` today."""
    return list(acting_as(OFFICE_ROLES[IssuingOffice(directive.office)], on))


def unit_heads(on: date) -> list[User]:
    """Return who heads the unit today."""
    return list(acting_as(UNIT_HEAD, on))


def owe(template: str, directive: Directive, people: Iterable[User], *, occasion: str, at: datetime) -> None:
    """Owe ``people`` an e-mail about ``directive``, in the caller's transaction; once for each occasion."""
    outbox.owe(list(_notices(template, directive, people)), occasion=_occasion(directive, occasion), at=at)


def cancel(directive: Directive, occasions: Iterable[str], *, at: datetime) -> None:
    """Cancel what was owed on ``occasions`` and has not left, because it is no longer true."""
    for occasion in occasions:
        outbox.cancel(reference="", occasion=_occasion(directive, occasion), at=at)


def level_occasion(due_on: date, level: DirectiveLevel | str) -> str:
    """Return the occasion of telling a level of a day."""
    return f"{due_on.isoformat()}:{level}"


def _occasion(directive: Directive, occasion: str) -> str:
    return f"directive:{directive.pk}:{occasion}"


def _notices(template: str, directive: Directive, people: Iterable[User]) -> Iterator[Notice]:
    def words() -> dict[str, str]:
        url = reverse("directive", args=[directive.pk])
        return {
            "agency": directive.agency.short_name,
            "date": day_digits(directive.due_on),
            "url": f"{settings.PUBLIC_URL}{url}",
        }

    for user in people:
        yield from to_staff(template, user, words, by=BY_EMAIL)
