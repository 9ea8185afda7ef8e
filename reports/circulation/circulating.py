"""Circulating released reports: annexes are made and told agency by agency, answers are reminded of.

Both are sweeps: a released report without a complete circulation is found, and what was made before a crash stays. An
annex is unique for report and agency, a reminder for annex and kind, a message for its occasion.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agencies.calendar import WorkingCalendar
from agencies.models import Agency, current_calendar
from notifications.periodic import RowRun
from reports.circulation import content, notices
from reports.models import Annex, AnnexNotice, AnnexNoticeKind, Circulation, Directive, DirectiveState, PeriodicReport

CIRCULATE: Final = "reports.circulate"
REMIND: Final = "reports.remind_of_annexes"
#: Working days before the day of an annex on which its agency is reminded.
REMINDER_DAYS: Final = 2


# ---- annexes ----


def circulate_released(*, at: datetime) -> int:
    """Make the annexes that released reports still miss, and tell addressee and agencies; return how many were made.

    A report that a released one corrects is left alone: the correction has its own.
    Safe to run twice and at the same time. An agency whose annex fails is named and left alone for a while; its report
    is complete once all have theirs.
    """
    made = 0
    waiting = PeriodicReport.objects.newest().filter(Q(circulation=None) | Q(circulation__completed_at=None))
    for report in waiting.order_by("pk"):
        made += _circulate(begin(report, at=at), at=at)
    return made


def begin(report: PeriodicReport, *, at: datetime) -> Circulation:
    """Return the circulation of a released report, begun now or before; the addressee is told when it begins."""
    with transaction.atomic():
        day = answer_day(current_calendar(), at=at)
        circulation, is_new = Circulation.objects.get_or_create(
            report=report, defaults={"begun_at": at, "answer_by": day}
        )
        if is_new:
            notices.tell_addressee(circulation, at=at)
    return circulation


def answer_day(calendar: WorkingCalendar, *, at: datetime) -> date:
    """Return the working day by which annexes that are made at ``at`` are answered."""
    day = timezone.localdate(at)
    for _ in range(settings.ANNEX_ANSWER_DAYS):
        day = calendar.working_day_after(day)
    return day


def _circulate(circulation: Circulation, *, at: datetime) -> int:
    run, made = RowRun(CIRCULATE, "agency", at=at), 0
    figures = content.read_figures(circulation.report.period, at=at)
    wanted = Agency.objects.complainable(on=timezone.localdate(at)).filter(pk__in=_concerned(figures))
    missing = wanted.exclude(annexes__circulation=circulation)
    for agency in run.without_waiting(missing).order_by("pk"):
        with run.row(agency.pk):
            make_annex(circulation, agency, figures, at=at)
            made += 1
    if not missing.exists():
        Circulation.objects.filter(pk=circulation.pk, completed_at=None).update(completed_at=at)
    return made


def _concerned(figures: content.AnnexFigures) -> set[int]:
    """Return the agencies with something to read: figures of the period, or a directive that is not closed."""
    open_ = Directive.objects.filter(state__in=[DirectiveState.OPEN, DirectiveState.REPORTED])
    return {*figures.agencies, *open_.values_list("agency_id", flat=True)}


def make_annex(circulation: Circulation, agency: Agency, figures: content.AnnexFigures, *, at: datetime) -> Annex:
    """Freeze the annex of an agency and tell its heads, in the caller's transaction."""
    text = content.annex_content(circulation.report, agency, figures, at=at)
    annex = Annex.objects.create(
        circulation=circulation, agency=agency, content=text, sha256=content.digest(text), made_at=at
    )
    notices.tell_agency(annex, "annex_released", occasion=notices.released_occasion(annex), at=at)
    return annex


# ---- reminders ----


def remind(*, at: datetime) -> int:
    """Remind of annexes whose day is near, and tell of those whose day is over without an answer, each once.

    An annex of a report that was corrected since is left alone: the correction has its own.
    """
    calendar, run, told = current_calendar(), RowRun(REMIND, "annex", at=at), 0
    standing = Annex.objects.filter(answers=None, circulation__report__in=PeriodicReport.objects.newest())
    for key in list(run.without_waiting(standing).order_by("pk").values_list("pk", flat=True)):
        with run.row(key):
            told += tell_of_day(key, calendar, at=at)
    return told


def tell_of_day(key: int, calendar: WorkingCalendar, *, at: datetime) -> int:
    """Tell what is due about the day of one annex, under its lock; return 1 if anything was."""
    rows = Annex.objects.select_for_update(of=("self",), skip_locked=True).select_related("agency", "circulation")
    annex = rows.filter(pk=key, answers=None).first()
    kind = _due(annex.circulation.answer_by, calendar, at=at) if annex else None
    if annex is None or kind is None or annex.notices.filter(kind=kind).exists():
        return 0
    AnnexNotice.objects.create(annex=annex, kind=kind, told_at=at)
    occasion = f"annex:{annex.pk}:{kind}"
    notices.tell_agency(annex, f"annex_{kind}", occasion=occasion, at=at)
    if kind == AnnexNoticeKind.LATE:
        notices.tell_unit(annex, "annex_late", occasion=occasion, at=at)
    return 1


def _due(answer_by: date, calendar: WorkingCalendar, *, at: datetime) -> AnnexNoticeKind | None:
    """Return what is to be told of a day at ``at``: nothing, the reminder, or once it is over the delay."""
    if at >= calendar.opening(calendar.working_day_after(answer_by)):
        return AnnexNoticeKind.LATE
    day = answer_by
    for _ in range(REMINDER_DAYS):
        day = calendar.working_day_before(day)
    is_near = timezone.localdate(at) <= answer_by and at >= calendar.opening(day)
    return AnnexNoticeKind.REMINDER if is_near else None
