"""Which steps a person may take on a report now: the buttons of its page, and what is told to whoever may take none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from reports.access import is_unit, is_unit_head
from reports.models import PeriodicReport, ReportState
from reports.periodic import difference, life
from reports.periodic.people_left import people_left


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
    return people_left(report, at=at).may_send(user.pk) and not difference.is_unchanged(report)


def _in_review(report: PeriodicReport, user: User, *, at: datetime) -> list[Act]:
    if user.pk in life.authors(report):
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
        case ReportState.DRAFT if difference.is_unchanged(report):
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
            life.discard(report, by=by, at=at, edition=edition)
            return None
        case _ if act == RELEASE:
            return life.release(report, by=by, at=at)
    steps = {SEND: life.send, REWRITE: life.rewrite, REVIEW: life.review, APPROVE: life.approve}
    return steps[act](report, by=by, at=at, edition=edition)
