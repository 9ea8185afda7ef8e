"""Everything that is done to a directive: issue, report a step, close, send back, withdraw.

Each change locks the directive, compares the version its page was made from, writes the step and owes the messages, in
one transaction. The triggers of ``reports/migrations`` refuse every other change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from agencies.models import Agency
from complaints.attachments import uploads
from complaints.models import Attachment
from reports.directives import notices, permissions
from reports.models import Directive, DirectiveFile, DirectiveState, DirectiveStep, DirectiveStepKind
from reports.periods import ReportPeriod


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
    office = permissions.issuing_office(by, at)
    if office is None:
        raise DirectiveRefused
    people = notices.heads(said.agency, timezone.localdate(at))
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
        notices.owe("directive_issued", directive, people, occasion="1", at=at)
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
        if not permissions.may_report(by, directive, at):
            raise DirectiveRefused
        kind = DirectiveStepKind.DONE if said.is_done else DirectiveStepKind.PROGRESS
        step = _record(directive, kind, text=said.text, by=by, at=at, number=version + 1)
        _keep(said.files, step, by=by)
        if not said.is_done:
            return directive
        if not DirectiveFile.objects.filter(step__directive=directive).exists():
            raise NoEvidence
        directive.state = DirectiveState.REPORTED
        occasions = [notices.level_occasion(told.due_on, told.level) for told in directive.notices.all()]
        notices.cancel(directive, occasions, at=at)
        people = notices.issuers(directive, timezone.localdate(at))
        notices.owe("directive_reported", directive, people, occasion=str(version + 1), at=at)
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
        occasions = ["1", *(notices.level_occasion(told.due_on, told.level) for told in directive.notices.all())]
        notices.cancel(directive, occasions, at=at)
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
        if not permissions.may_decide(by, directive, at) or (only is not None and directive.state != only):
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
    people = notices.heads(directive.agency, timezone.localdate(at))
    notices.owe(template, directive, people, occasion=str(number), at=at)
