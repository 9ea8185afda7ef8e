"""The pages of circulation: the reports that went out, how far each annex has come, an annex, its answer and files."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import READERS, REPORT_READERS
from accounts.sign_in.factors import recent_factor_required
from complaints.attachments.fields import NOT_STORED, uploader_key
from complaints.attachments.responses import file_response
from complaints.attachments.uploads import NotStored
from complaints.staff.frame import frame
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect, sending
from kit.unit import addressee_name
from reports.access import own_agencies
from reports.circulation import actions, content, permissions
from reports.circulation.forms import AnnexAnswerForm
from reports.circulation.page_data import annex_rows, shown_sections
from reports.directives.permissions import ADDRESSEES
from reports.documents.downloads import FORMS, LANGUAGE_NAMES, download
from reports.models import Annex, AnnexFile, Circulation

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
    actions.note_receipt(found, by=user, at=at)
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


@staff_required(permissions.ANNEX_READERS)
@require_safe
def annex_page(request: HttpRequest, annex: int) -> HttpResponse:
    """Show an annex, frozen, with its answers; the first opening by the agency is noted."""
    user, at = signed_in_user(request), timezone.now()
    found = _visible(user, annex, at)
    actions.note_opening(found, by=user, at=at)
    document = content.document(found.content, "en" if get_language() == "en" else "ar")
    sections = shown_sections(permissions.readable(document, found, user, at))
    context = {"document": document, "sections": sections, **_around(found, user, at)}
    return render(request, "reports/circulation/annex.html", context)


@staff_required(permissions.ANNEX_READERS)
@require_safe
@recent_factor_required(back_to="annex", of="annex")
def annex_document(request: HttpRequest, annex: int, language: str, form: str) -> HttpResponseBase:
    """Send what the reader sees of an annex as a file; the first opening by the agency is noted."""
    user, at = signed_in_user(request), timezone.now()
    found = _visible(user, annex, at)
    if language not in content.LANGUAGES or form not in FORMS:
        raise Http404
    actions.note_opening(found, by=user, at=at)
    readable = permissions.readable(content.document(found.content, language), found, user, at)
    return download(readable, form, kind="annex")


@staff_required(ADDRESSEES)
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def annex_answer(request: HttpRequest, annex: int) -> HttpResponse:
    """Let the agency answer its annex, or add to its answer."""
    user, at = signed_in_user(request), timezone.now()
    found = _visible(user, annex, at)
    if not permissions.may_answer(user, found, at):
        raise Http404
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AnnexAnswerForm(*posted, uploader=uploader_key(user), at=at)
    if form.is_bound and form.is_valid():
        try:
            with sending(request, at=at):
                actions.answer(found, form.cleaned_data["text"], form.taken, by=user, at=at)
        except NotStored:
            form.add_error("attachments", NOT_STORED)
        else:
            messages.success(request, gettext("The answer is sent. The unit is told by e-mail."))
            return redirect("annex", found.pk)
    return render(request, "reports/circulation/answer.html", {"form": form, **_around(found, user, at)})


@staff_required(permissions.ANNEX_READERS)
@require_safe
def annex_file(request: HttpRequest, annex: int, pk: UUID) -> HttpResponseBase:
    """Hand out a file of an answer."""
    found = _visible(signed_in_user(request), annex, timezone.now())
    rows = AnnexFile.objects.select_related("attachment").filter(answer__annex=found)
    file = get_object_or_404(rows, attachment=pk).attachment
    return file_response(file, name=file.name)


def _visible(user: User, key: int, at: datetime) -> Annex:
    rows = permissions.visible_to(user, at).select_related("agency", "circulation__report", "opened_by")
    return get_object_or_404(rows, pk=key)


def _around(annex: Annex, user: User, at: datetime) -> dict[str, Any]:
    answers = list(annex.answers.select_related("by").prefetch_related("files__attachment"))
    return {
        "annex": annex,
        "answers": answers,
        "is_late": not answers and annex.circulation.answer_by < timezone.localdate(at),
        "may_answer": permissions.may_answer(user, annex, at),
        "forms": FORMS,
        "languages": LANGUAGE_NAMES.items(),
        "reads_all": user.authority(at).has(REPORT_READERS),
        **frame(user, at=at),
    }
