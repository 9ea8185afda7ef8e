"""Export and import of one table as a CSV file: a dry run, then the confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from agencies import reference_files
from agencies.models import Reference
from agencies.reference_data import BadReference
from agencies.reference_files import ImportPlan, PlanOvertaken, reference_file_name
from complaints.unit.directory.files.forms import ConfirmImportForm, ImportForm, signed
from complaints.unit.directory.views import DirectoryRequest, directory_form

#: The most problems and rows that a page lists.
MOST_LISTED = 50


@require_safe
@directory_form
def export(request: DirectoryRequest) -> HttpResponseBase:
    """Send the table as the file it can be imported from."""
    disposition = content_disposition_header(as_attachment=True, filename=reference_file_name(request.table.model))
    return StreamingHttpResponse(
        reference_files.export(request.table.model),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": disposition or "attachment"},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@directory_form
def import_file(request: DirectoryRequest) -> HttpResponseBase:
    """Check a file and show what it would change; write it once that is confirmed."""
    if request.data is None:
        return _page(request, ImportForm(file_name=reference_file_name(request.table.model)))
    if "content" in request.data:
        return _confirm(request, ConfirmImportForm(request.data))
    form = ImportForm(request.data, request.http.FILES, file_name=reference_file_name(request.table.model))
    return _check(request, form, form.text) if form.is_valid() else _page(request, form)


def _check(request: DirectoryRequest, form: ImportForm, text: str) -> HttpResponse:
    try:
        plan = reference_files.check(text, request.table.model, author=request.author)
    except BadReference as wrong:
        return _refused(request, form, wrong)
    return _plan_page(request, text, plan)


def _confirm(request: DirectoryRequest, form: ConfirmImportForm) -> HttpResponseBase:
    empty = ImportForm(file_name=reference_file_name(request.table.model))
    if not form.is_valid():
        return _page(request, empty, problems=[str(error) for found in form.errors.values() for error in found])
    text, digest = form.cleaned_data["content"], form.cleaned_data["digest"]
    try:
        plan = reference_files.apply(text, request.table.model, author=request.author, digest=digest)
    except BadReference as wrong:
        return _refused(request, empty, wrong)
    except PlanOvertaken as overtaken:
        return _plan_page(request, text, overtaken.plan, is_overtaken=True)
    count = len(plan.added) + len(plan.changed) + len(plan.ended)
    words = ngettext("%(count)s row was imported.", "%(count)s rows were imported.", count)
    messages.success(request.http, words % {"count": count})
    return redirect("directory-rows", request.table.slug)


def _plan_page(request: DirectoryRequest, text: str, plan: ImportPlan, *, is_overtaken: bool = False) -> HttpResponse:
    parts = [
        (gettext("Added"), plan.added),
        (gettext("Changed"), plan.changed),
        (gettext("Ended"), plan.ended),
    ]
    listed = [(title, len(found), [_line(*each) for each in found[:MOST_LISTED]]) for title, found in parts if found]
    confirm = ConfirmImportForm(initial={"content": signed(text), "digest": plan.digest})
    return _page(request, None, plan=plan, parts=listed, confirm=confirm, is_overtaken=is_overtaken)


def _line(row: Reference, before: Mapping[str, object], _after: Mapping[str, object]) -> tuple[str, str]:
    """Return a row as the plan lists it: its name, and the columns that change."""
    columns = sorted(name.removesuffix("_id") for name in before)
    return str(row), gettext(", ").join(columns)


def _refused(request: DirectoryRequest, form: ImportForm, wrong: BadReference) -> HttpResponse:
    hidden = len(wrong.problems) - MOST_LISTED
    return _page(request, form, problems=wrong.problems[:MOST_LISTED], hidden=max(hidden, 0))


def _page(request: DirectoryRequest, form: ImportForm | None, **context: Any) -> HttpResponse:
    return request.page("import", form=form, file=reference_file_name(request.table.model), **context)
