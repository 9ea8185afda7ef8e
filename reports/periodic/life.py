"""Everything that is done to a periodic report, from the order to write it to its release and its correction.

Each step locks the row and compares its edition, so that of two people who act at once the second is told. The
constraints and triggers of the tables hold the same rules.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import chain
from typing import Final

from celery import current_app
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import User
from accounts.roles import CMU, UNIT_HEAD, Role
from reports.models import PeriodicReport, ReportKind, ReportState, SectionComment
from reports.periodic import content, difference
from reports.periods import ReportPeriod

#: The name of the task that writes drafts.
TASK: Final = "reports.write_drafts"


class ReportChanged(Exception):
    """Somebody else changed the report meanwhile; ``report`` is what it is now."""

    def __init__(self, report: PeriodicReport) -> None:
        super().__init__(report.pk)
        self.report = report


class DraftsOverlap(Exception):
    """There is an unfinished report of the same kind for some of these days."""

    def __init__(self, report: PeriodicReport) -> None:
        super().__init__(report.pk)
        self.report = report


class ReportExists(Exception):
    """These days have their report; it is corrected, not written a second time."""

    def __init__(self, report: PeriodicReport) -> None:
        super().__init__(report.pk)
        self.report = report


class CommentOvertaken(Exception):
    """Somebody else wrote on the section meanwhile; ``comment`` is what stands there now, None for nothing."""

    def __init__(self, comment: SectionComment | None) -> None:
        super().__init__(comment.pk if comment else None)
        self.comment = comment


class NothingChanged(Exception):
    """A correction says what the report says that it corrects."""


class UnfinishedPeriod(ValueError):
    """The period is inverted, or its last day is not over."""


class NotEntitled(Exception):
    """The person may not do this: they hold no role for it today, or their own words are in the report."""


# ---- beginning ----


def order(kind: ReportKind, period: ReportPeriod, *, by: User, at: datetime) -> PeriodicReport:
    """Order the draft of the report of ``period``; a task writes it.

    Raises UnfinishedPeriod, ReportExists, DraftsOverlap, NotEntitled.
    """
    _require(by, at=at, roles=CMU)
    if period.last >= timezone.localdate(at) or period.first > period.last:
        raise UnfinishedPeriod
    same = {"kind": kind, "first": period.first, "last": period.last}
    if found := PeriodicReport.objects.filter(**same).order_by("-number").first():
        raise ReportExists(found)
    return _begin(PeriodicReport(kind=kind, first=period.first, last=period.last, made_by=by, made_at=at))


def correct(report: PeriodicReport, *, by: User, at: datetime, what_changed: str) -> PeriodicReport:
    """Order a new version of a frozen report, with its comments; raises ReportChanged if there is one."""
    _require(by, at=at, roles=CMU)
    newer = PeriodicReport.objects.filter(corrects=report).first()
    if newer is not None or not report.is_frozen:
        raise ReportChanged(newer or report)
    new = PeriodicReport(
        kind=report.kind,
        first=report.first,
        last=report.last,
        number=report.number + 1,
        corrects=report,
        what_changed=what_changed,
        made_by=by,
        made_at=at,
    )
    with transaction.atomic():
        _begin(new)
        SectionComment.objects.bulk_create(
            SectionComment(
                report=new,
                section=old.section,
                text_ar=old.text_ar,
                text_en=old.text_en,
                written_by_id=old.written_by_id,
                writers=old.writers,
                written_at=old.written_at,
            )
            for old in report.comments.all()
        )
    return new


def _begin(report: PeriodicReport) -> PeriodicReport:
    try:
        with transaction.atomic():
            report.save(force_insert=True)
    except IntegrityError:
        if refusal := _refusal(report):
            raise refusal from None
        return _begin(report)
    announce()
    return report


def _refusal(report: PeriodicReport) -> Exception | None:
    """Return why the database refused a new row: the same report, or an unfinished one of some of its days.

    None where what stood in the way was deleted meanwhile.
    """
    same_kind = PeriodicReport.objects.filter(kind=report.kind)
    if found := same_kind.filter(first=report.first, last=report.last).order_by("-number").first():
        return ReportExists(found)
    overlapping = same_kind.filter(first__lte=report.last, last__gte=report.first).order_by("made_at", "pk").last()
    return DraftsOverlap(overlapping) if overlapping else None


def announce() -> None:
    """Tell a worker after the commit that a draft is to be written; without a broker the schedule finds it."""
    transaction.on_commit(_send_task)


def _send_task() -> None:
    try:
        current_app.send_task(TASK, queue="chores", ignore_result=True)
    except OperationalError:
        return


# ---- the draft ----


def rewrite(report: PeriodicReport, *, by: User, at: datetime, edition: int) -> PeriodicReport:
    """Have a draft written again from the figures of now; its comments stay."""
    with transaction.atomic():
        row = _locked(report, edition, {ReportState.DRAFT}, by=by, at=at)
        row.state, row.claimed_at, row.steps_done = ReportState.WRITING, None, 0
        _save(row, "state", "claimed_at", "steps_done")
    announce()
    return row


def comment(
    report: PeriodicReport, section: str, *, by: User, at: datetime, texts: tuple[str, str], seen: str | None = None
) -> None:
    """Write, change or, with two empty ``texts`` (Arabic, English), remove the comment on a section of a draft.

    Others may comment on other sections at the same time: the edition of the draft is not compared. ``seen`` is the
    ``comment_version`` of what the person has read on this one, None where that is not asked. Raises
    ``CommentOvertaken``.
    """
    with transaction.atomic():
        row = _locked(report, None, {ReportState.DRAFT}, by=by, at=at)
        arabic, english = texts
        found = SectionComment.objects.filter(report=row, section=section)
        if seen is not None and comment_version(stored := found.select_related("written_by").first()) != seen:
            raise CommentOvertaken(stored)
        if not arabic and not english:
            found.delete()
        elif not found.update(text_ar=arabic, text_en=english, written_by=by, written_at=at):
            SectionComment.objects.create(
                report=row, section=section, text_ar=arabic, text_en=english, written_by=by, written_at=at
            )
        _save(row)


def comment_version(comment: SectionComment | None) -> str:
    """Return what changes with every change of the comment on a section."""
    return comment.written_at.isoformat() if comment else ""


def discard(report: PeriodicReport, *, by: User, at: datetime, edition: int) -> None:
    """Delete a version that was not sent for review, with its comments."""
    with transaction.atomic():
        _locked(report, edition, {ReportState.WRITING, ReportState.DRAFT}, by=by, at=at).delete()


# ---- review, approval, release ----


def send(report: PeriodicReport, *, by: User, at: datetime, edition: int) -> PeriodicReport:
    """Send a draft for review; raises NothingChanged for a correction that changes nothing."""
    with transaction.atomic():
        row = _locked(report, edition, {ReportState.DRAFT}, by=by, at=at)
        if difference.is_unchanged(row):
            raise NothingChanged
        row.state, row.sent_by, row.sent_at, row.sent_back_for = ReportState.REVIEW, by, at, ""
        _save(row, "state", "sent_by", "sent_at", "sent_back_for")
    return row


def send_back(report: PeriodicReport, *, by: User, at: datetime, edition: int, reason: str) -> PeriodicReport:
    """Make a report under review a draft again, and say why."""
    with transaction.atomic():
        row = _locked(report, edition, {ReportState.REVIEW}, by=by, at=at)
        row.state, row.sent_back_for = ReportState.DRAFT, reason
        row.sent_by = row.sent_at = row.reviewed_by = row.reviewed_at = None
        _save(row, "state", "sent_back_for", "sent_by", "sent_at", "reviewed_by", "reviewed_at")
    return row


def review(report: PeriodicReport, *, by: User, at: datetime, edition: int) -> PeriodicReport:
    """Confirm that figures and texts were checked; by somebody who wrote none of it and did not send it."""
    with transaction.atomic():
        row = _locked(report, edition, {ReportState.REVIEW}, by=by, at=at)
        if row.reviewed_by_id is not None:
            raise ReportChanged(row)
        if by.pk in authors(row):
            raise NotEntitled
        row.reviewed_by, row.reviewed_at = by, at
        _save(row, "reviewed_by", "reviewed_at")
    return row


def approve(report: PeriodicReport, *, by: User, at: datetime, edition: int) -> PeriodicReport:
    """Approve a reviewed report and freeze it; by a head of the unit who neither wrote, sent nor reviewed it."""
    with transaction.atomic():
        row = _locked(report, edition, {ReportState.REVIEW}, by=by, at=at, roles=UNIT_HEAD)
        if row.reviewed_by_id is None:
            raise ReportChanged(row)
        if by.pk in {*authors(row), row.reviewed_by_id}:
            raise NotEntitled
        row.state, row.approved_by, row.approved_at = ReportState.APPROVED, by, at
        row.content = content.with_comments(row)
        row.sha256 = content.digest(row.content)
        _save(row, "state", "approved_by", "approved_at", "content", "sha256")
    return row


def release(report: PeriodicReport, *, by: User, at: datetime) -> PeriodicReport:
    """Release an approved report; by a head of the unit. The frozen row changes in nothing else.

    Raises ReportChanged with the correction where one is released already.
    """
    with transaction.atomic():
        row = _locked(report, None, {ReportState.APPROVED}, by=by, at=at, roles=UNIT_HEAD)
        for newer in PeriodicReport.objects.later_versions(row).select_for_update(of=("self",)).order_by("number"):
            if newer.state == ReportState.RELEASED:
                raise ReportChanged(newer)
        row.state, row.released_by, row.released_at = ReportState.RELEASED, by, at
        row.save(update_fields=["state", "released_by", "released_at"])
    return row


def authors(report: PeriodicReport) -> frozenset[object]:
    """Return the keys of the people whose words are in the report, and of who sent it for review."""
    writers = chain.from_iterable(report.comments.values_list("writers", flat=True))
    corrector = report.made_by_id if report.corrects_id is not None else None
    return frozenset({report.sent_by_id, corrector, *writers}) - {None}


# ---- what the steps share ----


def _require(by: User, *, at: datetime, roles: Collection[Role]) -> None:
    if not by.authority(at).has(roles):
        raise NotEntitled


def _locked(
    report: PeriodicReport,
    edition: int | None,
    states: Collection[ReportState],
    *,
    by: User,
    at: datetime,
    roles: Collection[Role] = CMU,
) -> PeriodicReport:
    """Return the row, locked, if it is what the person saw; raises ReportChanged, NotEntitled, DoesNotExist."""
    row = PeriodicReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    _require(by, at=at, roles=roles)
    if row.state not in states or edition not in {None, row.edition}:
        raise ReportChanged(row)
    return row


def _save(row: PeriodicReport, *names: str) -> None:
    row.edition += 1
    row.save(update_fields=["edition", *names])
