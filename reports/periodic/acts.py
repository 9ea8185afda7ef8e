"""Which steps a person may take on a report now: the buttons of its page, and what is told to whoever may take none."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from reports.access import is_unit, is_unit_head
from reports.models import PeriodicReport, ReportState
from reports.periodic import life


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
    """Return the steps ``user`` may take on the report, the main one first; one query at most."""
    if not is_unit(user, at):
        return []
    match report.state:
        case ReportState.WRITING:
            return [DISCARD]
        case ReportState.DRAFT:
            return [SEND, REWRITE, DISCARD]
        case ReportState.REVIEW:
            return _in_review(report, user, at=at)
        case ReportState.APPROVED if is_unit_head(user, at):
            return [] if PeriodicReport.objects.later_versions(report).released().exists() else [RELEASE]
    return []


def _in_review(report: PeriodicReport, user: User, *, at: datetime) -> list[Act]:
    if user.pk in life.authors(report):
        return []
    if report.reviewed_by_id is None:
        return [REVIEW]
    return [APPROVE] if is_unit_head(user, at) and user.pk != report.reviewed_by_id else []


def waits_for(report: PeriodicReport, acts: Collection[Act]) -> StrPromise | None:
    """Return what a report under review waits for, said to whoever cannot do it."""
    if report.state != ReportState.REVIEW or acts:
        return None
    if report.reviewed_by_id is None:
        return _("Waiting for a review by somebody in the unit who did not send it and wrote nothing in it.")
    return _("Waiting for the approval of a head of the unit who did not send it, write in it or review it.")


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
