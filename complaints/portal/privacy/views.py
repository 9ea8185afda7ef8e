"""The citizen's pages of a copy of their data, and of requests to correct or delete it."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import citizen_required, handles_rate_limits, signed_in_citizen
from accounts.models import RequestKind, RequestState
from accounts.privacy import requests
from accounts.sign_in.passwords.confirmation import is_confirmed_by_password
from complaints.portal.privacy import copies, own_data
from complaints.portal.privacy.forms import CopyForm, CorrectionForm, DeletionForm
from complaints.retention.persons import has_open_cases
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect

#: What a copy is sent as.
FORMS = frozenset({"json", "pdf", "zip"})


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
@handles_rate_limits
def copy(request: HttpRequest) -> HttpResponse:
    """Take the password and offer a copy of everything held on the person, for seven days."""
    citizen, at = signed_in_citizen(request), timezone.now()
    form = CopyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and is_confirmed_by_password(form, request, at=at):
        copies.ask_for_copy(citizen, at=at)
        messages.success(request, gettext("Your copy is ready. You can download it for 7 days."))
        return redirect("account-copy")
    offered = copies.offered_copy(citizen, at=at)
    files = own_data.citizens_files(citizen, at=at) if offered else []
    context = {
        "form": form,
        "offered": offered,
        "files": len(files),
        "has_room_for_files": copies.has_room_for_files(files),
    }
    return render(request, "complaints/portal/privacy/copy.html", context)


@require_safe
@citizen_required
@handles_rate_limits
def copy_file(request: HttpRequest, form: str) -> HttpResponseBase:
    """Send the copy as ``json`` or ``pdf``, or the files as ``zip``; 404 without a copy that is offered."""
    citizen, at = signed_in_citizen(request), timezone.now()
    offered = copies.offered_copy(citizen, at=at)
    files = own_data.citizens_files(citizen, at=at) if form == "zip" else []
    if form not in FORMS or offered is None or not copies.has_room_for_files(files):
        raise Http404
    if request.method == "GET":
        copies.count_download(offered, at=at)
    if form == "zip":
        return FileResponse(copies.files_archive(files), as_attachment=True, filename="my-files.zip")
    attachment = {"Content-Disposition": f'attachment; filename="my-data.{form}"'}
    if form == "pdf":
        return HttpResponse(copies.pdf_copy(citizen, at=at), content_type="application/pdf", headers=attachment)
    return StreamingHttpResponse(
        copies.json_lines(citizen, at=at), content_type="application/json; charset=utf-8", headers=attachment
    )


@require_http_methods(["GET", "HEAD", "POST"])
@citizen_required
@handles_rate_limits
@keeps_unsent_form_until_redirect
def data_requests(request: HttpRequest) -> HttpResponse:
    """Take a request to correct the data or delete the account, and show how earlier ones were decided."""
    citizen, at = signed_in_citizen(request), timezone.now()
    kind = request.POST.get("kind", "") if request.method == "POST" else ""
    correction = CorrectionForm(request.POST if kind == RequestKind.CORRECTION else None)
    deletion = DeletionForm(request.POST if kind == RequestKind.DELETION else None)
    if correction.is_bound and correction.is_valid():
        return _send_request(request, RequestKind.CORRECTION, correction.cleaned_data["text"])
    if deletion.is_bound and is_confirmed_by_password(deletion, request, at=at):
        if not has_open_cases(citizen):
            return _send_request(request, RequestKind.DELETION, deletion.cleaned_data["text"])
        deletion.add_error(None, gettext("You have open cases. Withdraw them, or wait for their end, then ask again."))
    made = list(citizen.privacy_requests.order_by("-made_at", "pk")[:20])
    context = {
        "correction": correction,
        "deletion": deletion,
        "failed": correction if correction.errors else deletion,
        "requests": made,
        "open_kinds": {each.kind for each in made if each.state == RequestState.OPEN},
    }
    return render(request, "complaints/portal/privacy/requests.html", context)


def _send_request(request: HttpRequest, kind: RequestKind, text: str) -> HttpResponse:
    requests.ask(signed_in_citizen(request), kind, text=text, at=timezone.now())
    messages.success(request, gettext("Your request has been sent. You will get the answer by message."))
    return redirect("account-requests")
