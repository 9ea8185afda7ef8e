"""The pages of periodic reports: the unit drafts and approves, the Prime Minister's office reads what was approved."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import signed_in_user
from complaints.staff.frame import frame
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect
from kit.languages import current_language
from kit.sent_numbers import sent_number
from reports.access import for_readers_of_all, for_unit, is_unit
from reports.documents.page import markup
from reports.documents.pdf import FORMS, LANGUAGE_NAMES
from reports.documents.tree import Document, digest
from reports.models import PeriodicReport, ReportState
from reports.periodic import acts, content, difference, life, phrases
from reports.periodic.case_links import CaseLinks
from reports.periodic.forms import CommentForm, CorrectionForm, NewReportForm, SendBackForm

#: Seconds after which the page of a report that is being written loads itself again.
REFRESH_SECONDS = 3


@for_readers_of_all
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """List the reports the person may read, the newest period first."""
    user, at = signed_in_user(request), timezone.now()
    reports = PeriodicReport.objects.visible_to(user, at=at).defer("content").select_related("correction")
    rows = [(report, phrases.period_heading(report.kind, report.period)) for report in reports]
    context = {"rows": rows, "may_write": is_unit(user, at), **frame(user, at=at)}
    return render(request, "reports/periodic/reports.html", context)


@for_unit
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Order the draft of a report."""
    user, at = signed_in_user(request), timezone.now()
    form = NewReportForm(request.POST if request.method == "POST" else None, today=timezone.localdate(at))
    existing = None
    if form.is_bound and form.is_valid():
        kind, period = form.chosen
        try:
            return redirect("periodic-report", life.order(kind, period, by=user, at=at).pk)
        except life.ReportExists as error:
            existing = error.report
            form.add_error("period", gettext("There is already a report on this period. It can be corrected there."))
        except life.DraftsOverlap as error:
            existing = error.report
            form.add_error(
                "period",
                gettext("There is an unfinished report on some of these days. Finish or delete it first."),
            )
    name = phrases.period_heading(existing.kind, existing.period) if existing else ""
    context = {"form": form, "existing": existing, "existing_name": name, **frame(user, at=at)}
    return render(request, "reports/periodic/new.html", context)


@for_readers_of_all
@require_safe
def report(request: HttpRequest, report: int) -> HttpResponse:
    """Show a report: its progress while it is written, its document, who did what, and the next step."""
    return _page(request, _readable(request, report))


@for_unit
@require_POST
def act(request: HttpRequest, report: int, name: str) -> HttpResponse:
    """Take one step on a report; whoever comes second, or may not, is shown how it stands now (409)."""
    user, at = signed_in_user(request), timezone.now()
    found, step = _readable(request, report), acts.ACTS.get(name)
    if step is None:
        raise Http404
    try:
        after = acts.take(step, found, by=user, at=at, edition=_edition_seen(request))
    except PeriodicReport.DoesNotExist:
        raise Http404 from None
    except life.NothingChanged:
        # Its page says so, and what to do.
        return redirect("periodic-report", found.pk)
    except (life.ReportChanged, life.NotEntitled):
        return _page(request, _readable(request, report), status=409)
    messages.success(request, str(step.done))
    return redirect("periodic-report", after.pk) if after else redirect("periodic-reports")


@for_unit
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def comment(request: HttpRequest, report: int, section: str) -> HttpResponse:
    """Write the comment beside a section of a draft."""
    user, at = signed_in_user(request), timezone.now()
    found = _readable(request, report)
    if found.state != ReportState.DRAFT:
        return _page(request, found, status=409)
    document = content.document(found, current_language())
    shown = next((each for each in document.sections if each.key == section), None)
    if shown is None:
        raise Http404
    stored = next((each for each in found.comments.all() if each.section == section), None)
    initial = {"text_ar": stored.text_ar, "text_en": stored.text_en} if stored else {}
    form = CommentForm(request.POST if request.method == "POST" else None, initial=initial)
    seen = request.POST.get("seen", life.comment_version(stored))
    page = {"form": form, "report": found, "section": shown, "document": document, **frame(user, at=at)}
    if form.is_bound and form.is_valid():
        try:
            life.comment(found, section, by=user, at=at, texts=form.texts, seen=seen)
        except life.CommentOvertaken as overtaken:
            now = {"now": overtaken.comment, "seen": life.comment_version(overtaken.comment), "is_overtaken": True}
            return render(request, "reports/periodic/comment.html", page | now, status=409)
        except (PeriodicReport.DoesNotExist, life.ReportChanged, life.NotEntitled):
            return _page(request, _readable(request, report), status=409)
        messages.success(request, gettext("The comment is saved."))
        return redirect("periodic-report", found.pk)
    return render(request, "reports/periodic/comment.html", page | {"seen": seen})


@for_unit
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def send_back(request: HttpRequest, report: int) -> HttpResponse:
    """Make a report under review a draft again, with a reason."""
    user, at = signed_in_user(request), timezone.now()
    found = _readable(request, report)
    if found.state != ReportState.REVIEW:
        return _page(request, found, status=409)
    form = SendBackForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            life.send_back(found, by=user, at=at, edition=_edition_seen(request), reason=reason)
        except (PeriodicReport.DoesNotExist, life.ReportChanged, life.NotEntitled):
            return _page(request, _readable(request, report), status=409)
        messages.success(request, gettext("The report is a draft again."))
        return redirect("periodic-report", found.pk)
    return _reason(request, found, form, title=gettext("Send the report back"))


@for_unit
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def correct(request: HttpRequest, report: int) -> HttpResponse:
    """Begin a new version of an approved report, which says what it changes."""
    user, at = signed_in_user(request), timezone.now()
    found = _readable(request, report)
    if not found.is_frozen or _correction(found) is not None:
        return _page(request, found, status=409)
    form = CorrectionForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            version = life.correct(found, by=user, at=at, what_changed=form.cleaned_data["reason"])
        except (life.ReportChanged, life.ReportExists, life.DraftsOverlap):
            return _page(request, _readable(request, report), status=409)
        return redirect("periodic-report", version.pk)
    return _reason(request, found, form, title=gettext("Correct the report"))


@for_readers_of_all
@require_safe
def changed(request: HttpRequest, report: int) -> HttpResponse:
    """Show what a version changes in the one it corrects."""
    user, at = signed_in_user(request), timezone.now()
    found = _readable(request, report)
    if found.corrects is None or not found.content:
        raise Http404
    before, after = (content.document(each, current_language()) for each in (found.corrects, found))
    context = {
        "report": found,
        "name": phrases.period_heading(found.kind, found.period),
        "sections": difference.changes(before, after),
        **frame(user, at=at),
    }
    return render(request, "reports/periodic/changed.html", context)


# ---- what the pages share ----


def _readable(request: HttpRequest, key: int) -> PeriodicReport:
    people = ("made_by", "sent_by", "reviewed_by", "approved_by", "released_by")
    reports = PeriodicReport.objects.visible_to(signed_in_user(request), at=timezone.now())
    rows = reports.select_related("corrects", "correction", *people).prefetch_related("comments")
    return get_object_or_404(rows, pk=key)


def _edition_seen(request: HttpRequest) -> int:
    """Return the edition that the posted page was made from; 404 without one."""
    edition = sent_number(request.POST.get("edition", ""))
    if edition is None:
        raise Http404
    return edition


def _correction(report: PeriodicReport) -> PeriodicReport | None:
    return getattr(report, "correction", None)


def _page(request: HttpRequest, found: PeriodicReport, *, status: int = 200) -> HttpResponse:
    user, at = signed_in_user(request), timezone.now()
    is_theirs, correction = is_unit(user, at), _correction(found)
    offered = acts.offered(found, user, at=at)
    document = content.document(found, current_language()) if found.content else None
    context: dict[str, Any] = {
        "report": found,
        "name": phrases.period_heading(found.kind, found.period),
        "document": document,
        "markup": _markup(request, found, document) if document else "",
        "languages": [(code, LANGUAGE_NAMES[code]) for code in content.LANGUAGES],
        "forms": FORMS,
        "digests": _digests(found) if found.is_frozen else [],
        "acts": offered,
        "hindrance": acts.hindrance(found, user, offered, at=at) if is_theirs else None,
        "comments": is_theirs and found.state == ReportState.DRAFT,
        "sends_back": is_theirs and found.state == ReportState.REVIEW,
        "corrects": is_theirs and found.is_frozen and correction is None,
        "correction": correction if correction and (is_theirs or correction.is_frozen) else None,
        "is_overtaken": status != HTTPStatus.OK,
        **frame(user, at=at),
    }
    answer = render(request, "reports/periodic/report.html", context, status=status)
    if found.state == ReportState.WRITING and status == HTTPStatus.OK:
        answer["Refresh"] = str(REFRESH_SECONDS)
    return answer


def _markup(request: HttpRequest, found: PeriodicReport, document: Document) -> SafeString:
    return markup(document, link_for=CaseLinks(found, document), is_whole="whole" in request.GET)


def _digests(found: PeriodicReport) -> list[tuple[str, str]]:
    """Return the language and the digest of both documents, as they are printed on every copy."""
    return [(str(LANGUAGE_NAMES[name]), digest(content.document(found, name))) for name in content.LANGUAGES]


def _reason(
    request: HttpRequest, found: PeriodicReport, form: SendBackForm | CorrectionForm, *, title: str
) -> HttpResponse:
    user, at = signed_in_user(request), timezone.now()
    name = phrases.period_heading(found.kind, found.period)
    edition = _edition_seen(request) if form.is_bound and isinstance(form, SendBackForm) else found.edition
    context = {"report": found, "name": name, "form": form, "title": title, "edition": edition, **frame(user, at=at)}
    return render(request, "reports/periodic/reason.html", context)
