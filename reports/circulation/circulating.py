"""Circulating released reports: annexes are made and told agency by agency, answers are reminded of.

Both are sweeps: a released report without a complete circulation is found, and what was made before a crash stays. An
annex is unique for report and agency, a reminder for annex and kind, a message for its occasion.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.contact import BY_EMAIL, to_staff
from accounts.models import User, acting_as
from accounts.roles import READERS, REPORT_READERS, Role
from agencies.calendar import WorkingCalendar
from agencies.models import Agency, current_calendar
from complaints.attachments import uploads
from complaints.models import Attachment, Case
from kit.dates import day_digits
from notifications import outbox
from notifications.periodic import RowRun
from reports.access import opens_cases, own_agencies, reads_all_figures
from reports.circulation import content
from reports.circulation.content import CASES, DIRECTIVES
from reports.directives.actions import ADDRESSEES, heads, may_read_directives, unit_heads
from reports.documents.tree import Document, Section
from reports.models import (
    Annex,
    AnnexAnswer,
    AnnexFile,
    AnnexNotice,
    AnnexNoticeKind,
    Circulation,
    Directive,
    DirectiveState,
    PeriodicReport,
)
from reports.models.periodic import AnnexQuerySet

# ---- Who reads and answers annexes; pages ask here, and the actions enforce it. ----


#: Who may open an annex at all.
ANNEX_READERS = REPORT_READERS | READERS
#: The office to which reports are addressed.
ADDRESSEE = frozenset({Role.PM_OFFICE})


def visible_to(user: User, at: datetime) -> AnnexQuerySet:
    """Return the annexes ``user`` reads: all, or those of their agencies and of agencies merged into these."""
    annexes = Annex.objects.all()
    return annexes if reads_all_figures(user, at) else annexes.filter(agency__in=own_agencies(user, at))


def readable(document: Document, annex: Annex, user: User, at: datetime) -> Document:
    """Return of a stored annex what ``user`` reads: directives by their role, cases without those kept from them.

    What is stored stays whole. One statement.
    """
    directives = may_read_directives(user, annex.agency_id, at)
    sections = (each for each in document.sections if directives or each.key != DIRECTIVES)
    return replace(
        document, sections=tuple(_visible_cases(each, user, at) if each.key == CASES else each for each in sections)
    )


def _visible_cases(section: Section, user: User, at: datetime) -> Section:
    """Leave out the cases ``user`` may not see; the Prime Minister's office, which opens none, reads all numbers."""
    if not opens_cases(user, at):
        return section
    listed = [row[0] for table in section.tables for row in table.rows]
    seen = set(Case.objects.visible_to(user, at=at).filter(reference__in=listed).values_list("reference", flat=True))
    tables = (
        replace(table, rows=tuple(row for row in table.rows if row[0] in seen), row_keys=()) for table in section.tables
    )
    return replace(section, tables=tuple(tables))


def is_of_agency(user: User, annex: Annex, at: datetime) -> bool:
    """Tell whether ``user`` reads ``annex`` as somebody of its agency: whose first opening is noted."""
    return annex.agency_id in own_agencies(user, at)


def may_answer(user: User, annex: Annex, at: datetime) -> bool:
    """Tell whether ``user`` answers for the agency of ``annex``: one of its escalation ladder."""
    return annex.agency_id in user.authority(at).agencies(ADDRESSEES)


# ---- The e-mails of a circulation: to the addressee, to the heads of the agencies, to the unit. ----


def released_occasion(annex: Annex) -> str:
    """Return the occasion of the first message about an annex, by which its delivery is found."""
    return f"annex:{annex.pk}"


def tell_addressee(circulation: Circulation, *, at: datetime) -> None:
    """Owe the addressee the link to a released report, in the caller's transaction; once for each circulation."""

    def words() -> dict[str, str]:
        url = reverse("circulation", args=[circulation.pk])
        return {"date": day_digits(circulation.report.last), "url": f"{settings.PUBLIC_URL}{url}"}

    people = acting_as(ADDRESSEE, timezone.localdate(at))
    notices = [each for user in people for each in to_staff("report_released", user, words, by=BY_EMAIL)]
    outbox.owe(notices, occasion=f"circulation:{circulation.pk}", at=at)


def tell_agency(annex: Annex, template: str, *, occasion: str, at: datetime) -> None:
    """Owe the heads of the agency of ``annex``, or of its successor, a message with the link to it."""
    _owe(annex, template, heads(annex.agency, timezone.localdate(at)), occasion=occasion, at=at)


def tell_unit(annex: Annex, template: str, *, occasion: str, at: datetime) -> None:
    """Owe the head of the unit a message with the link to an annex."""
    _owe(annex, template, unit_heads(timezone.localdate(at)), occasion=f"{occasion}:unit", at=at)


def _owe(annex: Annex, template: str, people: Iterable[User], *, occasion: str, at: datetime) -> None:
    def words() -> dict[str, str]:
        return {
            "agency": annex.agency.short_name,
            "date": day_digits(annex.circulation.answer_by),
            "url": f"{settings.PUBLIC_URL}{reverse('annex', args=[annex.pk])}",
        }

    notices = [each for user in people for each in to_staff(template, user, words, by=BY_EMAIL)]
    outbox.owe(notices, occasion=occasion, at=at)


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
            tell_addressee(circulation, at=at)
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
    tell_agency(annex, "annex_released", occasion=released_occasion(annex), at=at)
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
    tell_agency(annex, f"annex_{kind}", occasion=occasion, at=at)
    if kind == AnnexNoticeKind.LATE:
        tell_unit(annex, "annex_late", occasion=occasion, at=at)
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


# ---- What people do with annexes: the first opening is noted, and an agency answers. ----


class AnswerRefused(Exception):
    """The person does not answer for the agency of this annex."""


def note_opening(annex: Annex, *, by: User, at: datetime) -> None:
    """Note that somebody of the agency opened the annex, if nobody did before; one statement, for others none."""
    if annex.opened_at is None and is_of_agency(by, annex, at):
        Annex.objects.filter(pk=annex.pk, opened_at=None).update(opened_at=at, opened_by=by)


def note_receipt(circulation: Circulation, *, by: User, at: datetime) -> None:
    """Note that somebody of the addressee opened the released report, if nobody did before."""
    if circulation.opened_at is None and by.authority(at).has(ADDRESSEE):
        Circulation.objects.filter(pk=circulation.pk, opened_at=None).update(opened_at=at, opened_by=by)


def answer(annex: Annex, text: str, files: Sequence[Attachment], *, by: User, at: datetime) -> AnnexAnswer:
    """Answer for the agency, with files, and tell the unit; may be repeated, for an answer is added to and not changed.

    Raises ``AnswerRefused`` and ``uploads.NotStored``. Takes back reminders that have not left.
    """
    if not may_answer(by, annex, at):
        raise AnswerRefused
    with transaction.atomic():
        held = Annex.objects.select_for_update(of=("self",)).select_related("agency", "circulation").get(pk=annex.pk)
        given = AnnexAnswer.objects.create(annex=held, text=text, by=by, at=at)
        uploads.keep_for_staff(files, by=by)
        AnnexFile.objects.bulk_create([AnnexFile(answer=given, attachment=file) for file in files])
        for kind in AnnexNoticeKind:
            outbox.cancel(reference="", occasion=f"annex:{held.pk}:{kind}", at=at)
        tell_unit(held, "annex_answered", occasion=f"annex:{held.pk}:answer:{given.pk}", at=at)
    return given
