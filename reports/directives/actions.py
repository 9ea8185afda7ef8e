"""Everything that is done to a directive: issue, report a step, close, send back, withdraw.

Each change locks the directive, compares the version its page was made from, writes the step and owes the messages, in
one transaction. The triggers of ``reports/migrations`` refuse every other change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.contact import BY_EMAIL, to_staff
from accounts.models import User, acting_as
from accounts.roles import LADDER, REPORT_READERS, UNIT_HEAD, Authority, Role
from agencies import successions
from agencies.models import Agency
from complaints.attachments import uploads
from complaints.models import Attachment
from kit.dates import day_digits
from notifications import outbox
from notifications.outbox import Notice
from reports.models import (
    Directive,
    DirectiveFile,
    DirectiveLevel,
    DirectiveState,
    DirectiveStep,
    DirectiveStepKind,
    IssuingOffice,
)
from reports.models.directives import DirectiveQuerySet
from reports.periods import ReportPeriod

# ---- Who issues, reads, reports on and decides directives; pages ask here, and the actions enforce it. ----


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


# ---- The e-mails about directives: to the heads of the agency, to a level that is told of a delay, to the
# issuer.


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


class DirectiveChanged(Exception):
    """Somebody changed the directive since the page was opened."""


class DirectiveRefused(Exception):
    """What is asked is not possible now, or not for this person."""


class NobodyToRead(Exception):
    """The agency has no supervisor and no secretary-general who would read a directive."""


class NoEvidence(Exception):
    """A directive is not done without a file that shows it."""


@dataclass(frozen=True)
class SourceFigure:
    """The figure a directive comes from: its measure, period and scope, and the value it had ``as_of``."""

    measure: str
    period: ReportPeriod
    scope: dict[str, list[Any]]
    value: Decimal
    as_of: datetime


@dataclass(frozen=True)
class DirectiveText:
    """What a directive says, to whom, and until which working day."""

    agency: Agency
    title: str
    text: str
    due_on: date


def issue(said: DirectiveText, *, figure: SourceFigure | None = None, by: User, at: datetime) -> Directive:
    """Issue a directive and tell the heads of its agency; raises ``DirectiveRefused`` and ``NobodyToRead``."""
    office = issuing_office(by, at)
    if office is None:
        raise DirectiveRefused
    people = heads(said.agency, timezone.localdate(at))
    if not people:
        raise NobodyToRead
    with transaction.atomic():
        directive = Directive(
            agency=said.agency,
            title=said.title,
            text=said.text,
            due_on=said.due_on,
            office=office,
            issued_by=by,
            issued_at=at,
        )
        if figure is not None:
            _set_figure(directive, figure)
        directive.save(force_insert=True)
        _record(directive, DirectiveStepKind.ISSUED, by=by, at=at)
        owe("directive_issued", directive, people, occasion="1", at=at)
    return directive


def _set_figure(directive: Directive, figure: SourceFigure) -> None:
    directive.measure, directive.value, directive.as_of = figure.measure, figure.value, figure.as_of
    directive.period_first, directive.period_last = figure.period.first, figure.period.last
    directive.scope = figure.scope


@dataclass(frozen=True)
class StepReport:
    """What the agency reports: a text, files, and whether the directive is done with it."""

    text: str
    files: Sequence[Attachment] = ()
    is_done: bool = False


def report(key: int, said: StepReport, *, version: int, by: User, at: datetime) -> Directive:
    """Report a step, or that the directive is done, which tells the issuer and stops reminders.

    Raises ``NoEvidence`` when it is said to be done and no step has a file, ``uploads.NotStored``, and what every
    change raises: ``DirectiveChanged`` and ``DirectiveRefused``.
    """
    with _changed(key, version) as directive:
        if not may_report(by, directive, at):
            raise DirectiveRefused
        kind = DirectiveStepKind.DONE if said.is_done else DirectiveStepKind.PROGRESS
        step = _record(directive, kind, text=said.text, by=by, at=at, number=version + 1)
        _keep(said.files, step, by=by)
        if not said.is_done:
            return directive
        if not DirectiveFile.objects.filter(step__directive=directive).exists():
            raise NoEvidence
        directive.state = DirectiveState.REPORTED
        occasions = [level_occasion(told.due_on, told.level) for told in directive.notices.all()]
        cancel(directive, occasions, at=at)
        people = issuers(directive, timezone.localdate(at))
        owe("directive_reported", directive, people, occasion=str(version + 1), at=at)
    return directive


def _keep(files: Sequence[Attachment], step: DirectiveStep, *, by: User) -> None:
    uploads.keep_for_staff(files, by=by)
    DirectiveFile.objects.bulk_create([DirectiveFile(step=step, attachment=file) for file in files])


def close(key: int, *, text: str = "", version: int, by: User, at: datetime) -> Directive:
    """Close a directive that was reported as done, and tell the agency."""
    with _decided(key, version, by, at, only=DirectiveState.REPORTED) as directive:
        directive.state = DirectiveState.CLOSED
        _record(directive, DirectiveStepKind.CLOSED, text=text, by=by, at=at, number=version + 1)
        _tell_heads("directive_closed", directive, version + 1, at=at)
    return directive


def send_back(key: int, *, text: str, due_on: date, version: int, by: User, at: datetime) -> Directive:
    """Open a directive again that was reported as done, with the reason and the day until which, and tell the agency.

    With a new day everybody is reminded and told anew; with the same day nobody is told twice.
    """
    with _decided(key, version, by, at, only=DirectiveState.REPORTED) as directive:
        directive.state, directive.due_on = DirectiveState.OPEN, due_on
        _record(directive, DirectiveStepKind.SENT_BACK, text=text, due_on=due_on, by=by, at=at, number=version + 1)
        _tell_heads("directive_sent_back", directive, version + 1, at=at)
    return directive


def withdraw(key: int, *, text: str, version: int, by: User, at: datetime) -> Directive:
    """Take a directive back that should not have been issued, with the reason, and tell the agency."""
    with _decided(key, version, by, at) as directive:
        directive.state = DirectiveState.WITHDRAWN
        _record(directive, DirectiveStepKind.WITHDRAWN, text=text, by=by, at=at, number=version + 1)
        occasions = ["1", *(level_occasion(told.due_on, told.level) for told in directive.notices.all())]
        cancel(directive, occasions, at=at)
        _tell_heads("directive_withdrawn", directive, version + 1, at=at)
    return directive


# ---- what every change does ----


@contextmanager
def _changed(key: int, version: int) -> Iterator[Directive]:
    """Lock the directive of ``version`` for the block, and save what the block set as the next version."""
    with transaction.atomic():
        rows = Directive.objects.select_for_update(of=("self",)).select_related("agency")
        directive = rows.get(pk=key)
        if directive.version != version:
            raise DirectiveChanged
        yield directive
        directive.version += 1
        directive.save(update_fields=["state", "due_on", "version"])


@contextmanager
def _decided(
    key: int, version: int, by: User, at: datetime, *, only: DirectiveState | None = None
) -> Iterator[Directive]:
    """The same for a decision of the issuer, on a directive in the state ``only``."""
    with _changed(key, version) as directive:
        if not may_decide(by, directive, at) or (only is not None and directive.state != only):
            raise DirectiveRefused
        yield directive


def _record(
    directive: Directive,
    kind: DirectiveStepKind,
    *,
    text: str = "",
    due_on: date | None = None,
    number: int = 1,
    by: User,
    at: datetime,
) -> DirectiveStep:
    return DirectiveStep.objects.create(
        directive=directive, number=number, kind=kind, text=text, due_on=due_on, by=by, at=at
    )


def _tell_heads(template: str, directive: Directive, number: int, *, at: datetime) -> None:
    people = heads(directive.agency, timezone.localdate(at))
    owe(template, directive, people, occasion=str(number), at=at)
