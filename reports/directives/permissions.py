"""Who issues, reads, reports on and decides directives; pages ask here, and the actions enforce it."""

from __future__ import annotations

from datetime import datetime

from accounts.models import User
from accounts.roles import LADDER, REPORT_READERS, UNIT_HEAD, Authority, Role
from reports.models import Directive, DirectiveState, IssuingOffice
from reports.models.directives import DirectiveQuerySet

#: Who decides on the directives of each office.
OFFICE_ROLES = {IssuingOffice.PM_OFFICE: frozenset({Role.PM_OFFICE}), IssuingOffice.UNIT: UNIT_HEAD}
ISSUERS = frozenset[Role]().union(*OFFICE_ROLES.values())
#: Who reads directives at an agency and reports on them: supervisor, secretary-general, minister's office.
ADDRESSEES = frozenset(LADDER)
#: Who reads any directive at all.
READERS = REPORT_READERS | ADDRESSEES


def issuing_office(user: User, at: datetime) -> IssuingOffice | None:
    """Return for which office ``user`` issues directives, the higher one of two; None for everybody else."""
    authority = user.authority(at)
    return next((office for office, roles in OFFICE_ROLES.items() if authority.has(roles)), None)


def visible_to(user: User, at: datetime) -> DirectiveQuerySet:
    """Return the directives that ``user`` reads: all, or those to their agencies and to agencies merged into these."""
    return Directive.objects.visible_to(user, at=at)


def may_read_directives(user: User, agency: int, at: datetime) -> bool:
    """Tell whether ``user`` reads the directives to an agency."""
    authority = user.authority(at)
    return authority.has(REPORT_READERS) or agency in _own(authority)


def is_addressee(user: User, directive: Directive, at: datetime) -> bool:
    """Tell whether ``directive`` is addressed to an agency of ``user``, or to one merged into it."""
    return directive.agency_id in _own(user.authority(at))


def may_report(user: User, directive: Directive, at: datetime) -> bool:
    """Tell whether ``user`` may report a step on ``directive`` now."""
    return directive.state == DirectiveState.OPEN and is_addressee(user, directive, at)


def is_issuer(user: User, directive: Directive, at: datetime) -> bool:
    """Tell whether ``user`` is of the office that issued ``directive``."""
    return user.authority(at).has(OFFICE_ROLES[IssuingOffice(directive.office)])


def may_decide(user: User, directive: Directive, at: datetime) -> bool:
    """Tell whether ``user`` may close, send back or withdraw ``directive`` now: for the office that issued it."""
    return directive.is_open and is_issuer(user, directive, at)


def _own(authority: Authority) -> frozenset[int]:
    return authority.agencies(ADDRESSEES)
