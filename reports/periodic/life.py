"""Everything that is done to a periodic report, from the order to write it to its release and its correction.

Each step locks the row and compares its edition, so that of two people who act at once the second is told. The
constraints and triggers of the tables hold the same rules.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any, Final

from celery import current_app
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise
from kombu.exceptions import OperationalError

from accounts.models import User, members_of
from accounts.roles import CMU, UNIT_HEAD, Role
from reports.access import is_unit, is_unit_head
from reports.documents import tree
from reports.documents.tree import Cell, Document, Section, Table
from reports.models import PeriodicReport, ReportKind, ReportState, SectionComment
from reports.periods import ReportPeriod

# ---- The content of a report as it is stored, frozen and hashed: both languages and the counts, as one JSON
# text.


LANGUAGES: Final = ("ar", "en")


def written(documents: Mapping[str, Document], counts: Mapping[str, Any]) -> str:
    """Return the content made of the documents by language and the counts: sorted keys, no spaces."""
    parts = {language: tree.to_json(documents[language]) for language in LANGUAGES} | {"counts": counts}
    return json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def document(report: PeriodicReport, language: str) -> Document:
    """Return one language of a report that was written; a draft with the comments it has now."""
    found = tree.from_json(report.parts[language])
    return found if report.is_frozen else _commented(found, report)


def with_comments(report: PeriodicReport) -> str:
    """Return the content to be frozen: with the comments, and the number of the version in place of a draft's 0."""
    drafts = {language: tree.from_json(report.parts[language]) for language in LANGUAGES}
    documents = {
        language: replace(_commented(found, report), version=report.number) for language, found in drafts.items()
    }
    return written(documents, report.parts["counts"])


def digest(content: str) -> str:
    """Return the SHA-256 of a content as UTF-8, in hexadecimal digits."""
    return hashlib.sha256(content.encode()).hexdigest()


def _commented(found: Document, report: PeriodicReport) -> Document:
    rows = report.comments.all()  # not filtered: pages fetch them beforehand
    return found.with_comments({row.section: row.text_en if found.language == "en" else row.text_ar for row in rows})


# ---- What differs between a version of a report and the one it corrects: sentences, cells and comments, by
# section.


@dataclass(frozen=True)
class CellChange:
    """A number of a table that is another one now; None stands for a row or cell that is not there."""

    table: str
    row: str
    column: str
    before: Cell
    after: Cell


@dataclass(frozen=True)
class SectionChange:
    """What changed in one section: sentences that went and came, cells, and the comment before and after."""

    heading: str
    gone: Sequence[str] = ()
    new: Sequence[str] = ()
    cells: Sequence[CellChange] = ()
    comment_before: str = ""
    comment_after: str = ""

    @property
    def has_new_comment(self) -> bool:
        """Tell whether the comment differs."""
        return self.comment_before != self.comment_after

    def __bool__(self) -> bool:
        return bool(self.gone or self.new or self.cells or self.has_new_comment)


def changes(before: Document, after: Document) -> list[SectionChange]:
    """Return the sections that differ, in the order of ``after``, those that are gone last."""
    old, new = ({section.key: section for section in document.sections} for document in (before, after))
    keys = [*new, *(key for key in old if key not in new)]
    found = (_section(old.get(key), new.get(key)) for key in keys)
    return [change for change in found if change]


def is_unchanged(report: PeriodicReport) -> bool:
    """Tell whether a written correction says what it corrects says: the same in both languages, and the same counts."""
    old = report.corrects
    if old is None or not report.content or old.parts["counts"] != report.parts["counts"]:
        return False
    return not any(changes(*(document(each, name) for each in (old, report))) for name in LANGUAGES)


def _section(before: Section | None, after: Section | None) -> SectionChange:
    was, now = (section.paragraphs if section else () for section in (before, after))
    return SectionChange(
        heading=next(section.heading for section in (after, before) if section),
        gone=[text for text in was if text not in now],
        new=[text for text in now if text not in was],
        cells=list(_cells(before, after)),
        comment_before=before.comment if before else "",
        comment_after=after.comment if after else "",
    )


def _cells(before: Section | None, after: Section | None) -> Iterator[CellChange]:
    old, new = ({table.key: table for table in section.tables} if section else {} for section in (before, after))
    for key in {**old, **new}:
        yield from _table(old.get(key), new.get(key))


def _table(before: Table | None, after: Table | None) -> Iterator[CellChange]:
    caption = next(table.caption for table in (after, before) if table)
    was, now = _by_place(before), _by_place(after)
    for place in {**now, **was}:
        if was.get(place) != now.get(place):
            row, column = place
            yield CellChange(caption, row[-1], column, was.get(place), now.get(place))


def _by_place(table: Table | None) -> Mapping[tuple[tuple[str, ...], str], Cell]:
    """Return the cells by their row and the title of their column; a row is what its texts say, its key first."""
    if table is None:
        return {}
    rows = [*table.rows, *([table.total] if table.total is not None else [])]
    keys = [*table.row_keys, *[""] * (len(rows) - len(table.row_keys))]
    return {
        ((key, *(str(cell) for cell in row if isinstance(cell, str))), column.title): cell
        for key, row in zip(keys, rows, strict=True)
        for cell, column in zip(row, table.columns, strict=True)
        if not isinstance(cell, str)
    }


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
        if is_unchanged(row):
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
        row.content = with_comments(row)
        row.sha256 = digest(row.content)
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


# ---- Who of the unit is left to review and to approve a report, so that a step that leaves nobody is told
# before it.


@dataclass(frozen=True)
class PeopleLeft:
    """The keys of those who neither wrote, sent nor reviewed a report, and of the heads among them."""

    people: frozenset[object]
    heads: frozenset[object]

    def may_send(self, sender: object) -> bool:
        """Tell whether one person can still review and another, a head, approve, once ``sender`` has sent it."""
        return bool(self.heads - {sender}) and len(self.people - {sender}) > 1

    def may_review(self, reviewer: object) -> bool:
        """Tell whether a head is left to approve, once ``reviewer`` has reviewed it."""
        return bool(self.heads - {reviewer})

    def others_may_send(self, sender: object) -> bool:
        """Tell whether somebody besides ``sender`` could send it."""
        return any(map(self.may_send, self.people - {sender}))


def people_left(report: PeriodicReport, *, at: datetime) -> PeopleLeft:
    """Return who is left of those who have a role in the unit on the day of ``at``; three statements."""
    involved = {*authors(report), report.reviewed_by_id}
    people, heads = (_keys(roles, at=at) - involved for roles in (CMU, UNIT_HEAD))
    return PeopleLeft(people, heads)


def _keys(roles: frozenset[Role], *, at: datetime) -> frozenset[object]:
    return frozenset(members_of(roles, timezone.localdate(at)).values_list("pk", flat=True))


# ---- Which steps a person may take on a report now: the buttons of its page, and what is told to whoever may
# take none.


@dataclass(frozen=True)
class Act:
    """A step that one press takes: its name in the address, the words of its button, what is said when it is done."""

    name: str
    label: StrPromise
    done: StrPromise


SEND = Act("send", _("Send for review"), _("The report is under review now. Somebody else checks it."))
REWRITE = Act("rewrite", _("Write it again"), _("The report is being written again. Comments stay."))
DISCARD = Act("discard", _("Delete this draft"), _("The draft was deleted."))
REVIEW = Act("review", _("Figures and texts are checked"), _("Your review is recorded. A head of the unit approves."))
APPROVE = Act("approve", _("Approve and freeze"), _("The report is approved. It can no longer be changed."))
RELEASE = Act("release", _("Release"), _("The report is released."))
ACTS: Mapping[str, Act] = {act.name: act for act in (SEND, REWRITE, DISCARD, REVIEW, APPROVE, RELEASE)}


def offered(report: PeriodicReport, user: User, *, at: datetime) -> list[Act]:
    """Return the steps ``user`` may take on the report, the main one first; a step that leads nowhere is not offered.

    Four queries at most.
    """
    if not is_unit(user, at):
        return []
    match report.state:
        case ReportState.WRITING:
            return [DISCARD]
        case ReportState.DRAFT:
            return [*([SEND] if _may_send(report, user, at=at) else []), REWRITE, DISCARD]
        case ReportState.REVIEW:
            return _in_review(report, user, at=at)
        case ReportState.APPROVED if is_unit_head(user, at):
            return [] if PeriodicReport.objects.later_versions(report).released().exists() else [RELEASE]
    return []


def _may_send(report: PeriodicReport, user: User, *, at: datetime) -> bool:
    return people_left(report, at=at).may_send(user.pk) and not is_unchanged(report)


def _in_review(report: PeriodicReport, user: User, *, at: datetime) -> list[Act]:
    if user.pk in authors(report):
        return []
    if report.reviewed_by_id is None:
        return [REVIEW] if people_left(report, at=at).may_review(user.pk) else []
    return [APPROVE] if is_unit_head(user, at) and user.pk != report.reviewed_by_id else []


_SENT_BY_ANOTHER: Final = _(
    "Somebody else in the unit has to send this report: you are the only head left who can approve it. The person "
    "who sends, writes in or reviews a report cannot approve it."
)
_REVIEWED_BY_ANOTHER: Final = _(
    "Somebody else in the unit has to review this report: you are the only head left who can approve it."
)
_NOBODY_LEFT: Final = _(
    "No one is left who can approve this report. Three people are needed: one sends it, another reviews it, and a head "
    "of the unit who did neither and wrote nothing in it approves it."
)
_NOTHING_CHANGED: Final = _(
    "This correction changes nothing in the report. Write a comment, or have it written again from the figures of now. "
    "If it still changes nothing, delete this draft."
)
_REVIEW: Final = _("Waiting for a review by somebody in the unit who did not send it and wrote nothing in it.")
_APPROVAL: Final = _("Waiting for the approval of a head of the unit who did not send it, write in it or review it.")


def hindrance(report: PeriodicReport, user: User, offered: Collection[Act], *, at: datetime) -> StrPromise | None:
    """Return why a report that was written goes no further, or not by ``user``; three queries at most."""
    match report.state:
        case ReportState.DRAFT if is_unchanged(report):
            return _NOTHING_CHANGED
        case ReportState.DRAFT if SEND not in offered:
            return _SENT_BY_ANOTHER if people_left(report, at=at).others_may_send(user.pk) else _NOBODY_LEFT
        case ReportState.REVIEW if not offered:
            return _stopped_review(report, user, at=at)
    return None


def _stopped_review(report: PeriodicReport, user: User, *, at: datetime) -> StrPromise:
    left = people_left(report, at=at)
    if not left.heads:
        return _NOBODY_LEFT
    if report.reviewed_by_id is not None:
        return _APPROVAL
    return _REVIEWED_BY_ANOTHER if user.pk in left.heads else _REVIEW


def take(act: Act, report: PeriodicReport, *, by: User, at: datetime, edition: int) -> PeriodicReport | None:
    """Take a step; None if the report is gone with it. Raises ReportChanged, NotEntitled, DoesNotExist."""
    match act:
        case _ if act == DISCARD:
            discard(report, by=by, at=at, edition=edition)
            return None
        case _ if act == RELEASE:
            return release(report, by=by, at=at)
    steps = {SEND: send, REWRITE: rewrite, REVIEW: review, APPROVE: approve}
    return steps[act](report, by=by, at=at, edition=edition)
