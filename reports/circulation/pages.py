"""The pages of circulation: the reports that went out, how far each annex has come, an annex, its answer and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Min
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import READERS, REPORT_READERS
from accounts.sign_in.factors import recent_factor_required
from agencies.models import Agency
from complaints.attachments.fields import NOT_STORED, uploader_key
from complaints.attachments.responses import file_response
from complaints.attachments.uploads import NotStored
from complaints.staff.forms import SHORTEST_TEXT, TextWithFilesForm
from complaints.staff.frame import frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect, sending
from kit.forms import ParagraphField
from kit.unit import addressee_name
from notifications.models import Message, MessageState
from reports.access import own_agencies
from reports.circulation import circulating, content
from reports.directives.actions import ADDRESSEES
from reports.documents.pdf import FORMS, LANGUAGE_NAMES, download
from reports.documents.tree import WITHHELD, Cell, Column, ColumnKind, Document
from reports.figures.measures import whole_percent
from reports.models import Annex, AnnexFile, Circulation
from reports.models.periodic import ANSWER_LENGTH

# ---- The form by which an agency answers its annex. ----


class AnnexAnswerForm(TextWithFilesForm):
    """What the agency answers, and files."""

    text = ParagraphField(
        max=ANSWER_LENGTH,
        min=SHORTEST_TEXT,
        rows=8,
        label=_("Answer of the agency"),
        help_text=_("Say what you conclude from the figures and what you will do. Write nothing about a person."),
    )
    field_order = ("text", "attachments")


# ---- What the pages of circulation show: an annex as tables of texts, and how far each annex of a report has
# come.


@dataclass(frozen=True)
class ShownCell:
    """One cell of a table: a text, a number with its unit, a day, or nothing; ``label`` is the title of its column."""

    value: Any
    kind: str
    unit: str = ""
    label: str = ""

    @property
    def is_withheld(self) -> bool:
        """Tell whether the number is withheld."""
        return self.value is WITHHELD


def shown_sections(document: Document) -> list[dict[str, Any]]:
    """Return the sections of a document with their tables, the cells ready to be written."""
    return [
        {
            "section": section,
            "tables": [
                {
                    "table": table,
                    "rows": [
                        [
                            replace(_shown(cell, column), label=column.title)
                            for cell, column in zip(row, table.columns, strict=True)
                        ]
                        for row in table.rows
                    ],
                }
                for table in section.tables
            ],
        }
        for section in document.sections
    ]


def _shown(cell: Cell, column: Column) -> ShownCell:
    if cell is None:
        return ShownCell("—", "nothing" if column.kind.is_number else "text")
    if isinstance(cell, date):
        return ShownCell(cell, "day")
    if column.kind == ColumnKind.SHARE and isinstance(cell, Decimal | int):
        return ShownCell(whole_percent(cell), "number", unit="%")
    if isinstance(cell, int | Decimal):
        return ShownCell(cell, "number")
    return ShownCell(cell, "text")


@dataclass(frozen=True)
class AnnexRow:
    """One annex in the list of its report; the moments are None while they have not come."""

    annex: Annex
    agency: str
    received_at: datetime | None
    answered_at: datetime | None


def annex_rows(annexes: Iterable[Annex]) -> list[AnnexRow]:
    """Return annexes with when their message arrived and when they were first answered; three statements."""
    found = list(annexes)
    agencies = Agency.objects.in_bulk([each.agency_id for each in found])
    received = _received(found)
    answered = dict(
        Annex.objects.filter(pk__in=[each.pk for each in found], answers__isnull=False)
        .values_list("pk")
        .annotate(first=Min("answers__at"))
    )
    return [
        AnnexRow(each, agencies[each.agency_id].name, received.get(each.pk), answered.get(each.pk)) for each in found
    ]


def _received(annexes: Iterable[Annex]) -> Mapping[int, datetime]:
    """Return when the first message about each annex was taken by the mail server of its reader."""
    occasions = {circulating.released_occasion(each): each.pk for each in annexes}
    arrived = Message.objects.filter(
        occasion__in=occasions, state__in=[MessageState.ACCEPTED, MessageState.DELIVERED], accepted_at__isnull=False
    )
    return {
        occasions[occasion]: at for occasion, at in arrived.values_list("occasion").annotate(first=Min("accepted_at"))
    }


#: Reports and annexes listed; there are thirteen reports a year.
MOST_LISTED = 60


@staff_required(REPORT_READERS)
@require_safe
def circulation_list(request: HttpRequest) -> HttpResponse:
    """List the reports that went out, the newest first, with how many agencies have answered; two statements."""
    user, at = signed_in_user(request), timezone.now()
    found = list(Circulation.objects.select_related("report")[:MOST_LISTED])
    answered: dict[int, list[bool]] = {each.pk: [] for each in found}
    for annex in Annex.objects.filter(circulation__in=found).with_answers().defer("content"):
        answered[annex.circulation_id].append(annex.is_answered)
    context = {
        "circulations": [(each, len(answered[each.pk]), sum(answered[each.pk])) for each in found],
        "addressee": addressee_name(),
        **frame(user, at=at),
    }
    return render(request, "reports/circulation/list.html", context)


@staff_required(REPORT_READERS)
@require_safe
def circulation_page(request: HttpRequest, circulation: int) -> HttpResponse:
    """Show one report that went out: who of the addressee opened it, and how far the annex of each agency has come."""
    user, at = signed_in_user(request), timezone.now()
    found = get_object_or_404(Circulation.objects.select_related("report", "opened_by"), pk=circulation)
    circulating.note_receipt(found, by=user, at=at)
    found.refresh_from_db(fields=["opened_at", "opened_by"])
    rows = annex_rows(found.annexes.select_related("opened_by").defer("content"))
    rows.sort(key=lambda row: (row.answered_at is not None, row.agency))
    context = {
        "circulation": found,
        "rows": rows,
        "answered": sum(row.answered_at is not None for row in rows),
        "is_over": found.answer_by < timezone.localdate(at),
        "addressee": addressee_name(),
        **frame(user, at=at),
    }
    return render(request, "reports/circulation/circulation.html", context)


@staff_required(READERS)
@require_safe
def annex_list(request: HttpRequest) -> HttpResponse:
    """List the annexes of the reader's agencies, the newest first."""
    user, at = signed_in_user(request), timezone.now()
    own = Annex.objects.filter(agency__in=own_agencies(user, at)).with_answers().defer("content")
    rows = own.select_related("agency", "circulation__report").order_by("-pk")[:MOST_LISTED]
    context = {"annexes": rows, "today": timezone.localdate(at), **frame(user, at=at)}
    return render(request, "reports/circulation/annexes.html", context)


@staff_required(circulating.ANNEX_READERS)
@require_safe
def annex_page(request: HttpRequest, annex: int) -> HttpResponse:
    """Show an annex, frozen, with its answers; the first opening by the agency is noted."""
    user, at = signed_in_user(request), timezone.now()
    found = _visible(user, annex, at)
    circulating.note_opening(found, by=user, at=at)
    document = content.document(found.content, "en" if get_language() == "en" else "ar")
    sections = shown_sections(circulating.readable(document, found, user, at))
    context = {"document": document, "sections": sections, **_around(found, user, at)}
    return render(request, "reports/circulation/annex.html", context)


@staff_required(circulating.ANNEX_READERS)
@require_safe
@recent_factor_required(back_to="annex", of="annex")
def annex_document(request: HttpRequest, annex: int, language: str, form: str) -> HttpResponseBase:
    """Send what the reader sees of an annex as a file; the first opening by the agency is noted."""
    user, at = signed_in_user(request), timezone.now()
    found = _visible(user, annex, at)
    if language not in content.LANGUAGES or form not in FORMS:
        raise Http404
    circulating.note_opening(found, by=user, at=at)
    readable = circulating.readable(content.document(found.content, language), found, user, at)
    return download(readable, form, kind="annex")


@staff_required(ADDRESSEES)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def annex_answer(request: HttpRequest, annex: int) -> HttpResponse:
    """Let the agency answer its annex, or add to its answer."""
    user, at = signed_in_user(request), timezone.now()
    found = _visible(user, annex, at)
    if not circulating.may_answer(user, found, at):
        raise Http404
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AnnexAnswerForm(*posted, uploader=uploader_key(user), at=at)
    if form.is_bound and form.is_valid():
        try:
            with sending(request, at=at):
                circulating.answer(found, form.cleaned_data["text"], form.taken, by=user, at=at)
        except NotStored:
            form.add_error("attachments", NOT_STORED)
        else:
            messages.success(request, gettext("The answer is sent. The unit is told by e-mail."))
            return redirect("annex", found.pk)
    return render(request, "reports/circulation/answer.html", {"form": form, **_around(found, user, at)})


@staff_required(circulating.ANNEX_READERS)
@require_safe
def annex_file(request: HttpRequest, annex: int, pk: UUID) -> HttpResponseBase:
    """Hand out a file of an answer."""
    found = _visible(signed_in_user(request), annex, timezone.now())
    rows = AnnexFile.objects.select_related("attachment").filter(answer__annex=found)
    file = get_object_or_404(rows, attachment=pk).attachment
    return file_response(file, name=file.name)


def _visible(user: User, key: int, at: datetime) -> Annex:
    rows = circulating.visible_to(user, at).select_related("agency", "circulation__report", "opened_by")
    return get_object_or_404(rows, pk=key)


def _around(annex: Annex, user: User, at: datetime) -> dict[str, Any]:
    answers = list(annex.answers.select_related("by").prefetch_related("files__attachment"))
    return {
        "annex": annex,
        "answers": answers,
        "is_late": not answers and annex.circulation.answer_by < timezone.localdate(at),
        "may_answer": circulating.may_answer(user, annex, at),
        "forms": FORMS,
        "languages": LANGUAGE_NAMES.items(),
        "reads_all": user.authority(at).has(REPORT_READERS),
        **frame(user, at=at),
    }
