"""The pages of periodic reports: the unit drafts and approves, the Prime Minister's office reads what was approved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import signed_in_user
from accounts.sign_in.factors import recent_factor_required
from complaints.staff.frame import frame
from complaints.unsent_forms import keeps_unsent_form_until_redirect
from kit.forms import Form, ParagraphField
from kit.languages import current_language
from kit.sent_numbers import sent_number
from reports.access import for_readers_of_all, for_unit, is_unit
from reports.documents.page import markup
from reports.documents.pdf import FORMS, LANGUAGE_NAMES, download
from reports.documents.tree import Document, digest
from reports.forms import TypedDayField
from reports.models import COMMENT_LENGTH, REASON_LENGTH, PeriodicReport, ReportKind, ReportState
from reports.periodic import calendar_periods, life, phrases
from reports.periodic.tables import CaseLinks
from reports.periods import ReportPeriod

# ---- The forms of periodic reports: which period, the comment on a section, and why a report goes back or is
# corrected.


#: How many periods of each kind are offered by name; all others are reached by their days.
OFFERED: Final = {ReportKind.MONTH: 12, ReportKind.QUARTER: 8, ReportKind.YEAR: 3}
OTHER: Final = "other"
SHORTEST_REASON: Final = 10


class NewReportForm(Form):
    """A period that is over: one of those offered by name, or the first and the last day."""

    period = forms.ChoiceField(label=_("Period"))
    first = TypedDayField(label=pgettext_lazy("days", "From"), required=False)
    last = TypedDayField(label=pgettext_lazy("days", "To"), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, today: date) -> None:
        super().__init__(data)
        self._offered = dict(_offered(today))
        choices = [
            (str(kind.label), [(code, phrases.period_heading(of, days)) for code, (of, days) in self._periods(kind)])
            for kind in OFFERED
        ]
        other = _("Other days: enter the first and the last below")
        self.offer_choices("period", [*choices, (OTHER, other)])
        for field in self.fields.values():
            if isinstance(field, TypedDayField):
                field.limit(today, must_be_over=True)

    def _periods(self, kind: ReportKind) -> list[tuple[str, tuple[ReportKind, ReportPeriod]]]:
        return [(code, found) for code, found in self._offered.items() if found[0] == kind]

    def clean(self) -> dict[str, Any]:
        """Ask for both days where no period is named, and refuse days in the wrong order."""
        cleaned = super().clean() or {}
        if cleaned.get("period") != OTHER:
            return cleaned
        for name in ("first", "last"):
            if name not in self.errors and not cleaned.get(name):
                self.add_error(name, ValidationError(_("Enter this day, or choose a period above."), code="missing"))
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", ValidationError(_("The last day cannot be before the first."), code="order"))
        return cleaned

    @property
    def chosen(self) -> tuple[ReportKind, ReportPeriod]:
        """The kind of report and its days; for a valid form only. Days that are a calendar period are taken as one."""
        if found := self._offered.get(self.cleaned_data["period"]):
            return found
        period = ReportPeriod(self.cleaned_data["first"], self.cleaned_data["last"])
        return calendar_periods.period_kind(period), period


def _offered(today: date) -> Iterator[tuple[str, tuple[ReportKind, ReportPeriod]]]:
    for kind, number in OFFERED.items():
        for period in calendar_periods.latest(kind, today=today, number=number):
            yield f"{kind}-{period.first.isoformat()}", (kind, period)


class CommentForm(Form):
    """What the unit writes beside a section, in both languages; both empty removes it."""

    text_ar = ParagraphField(max=COMMENT_LENGTH, rows=5, required=False, label=_("Comment in Arabic"))
    text_en = ParagraphField(max=COMMENT_LENGTH, rows=5, required=False, label=_("Comment in English"))

    def clean(self) -> dict[str, Any]:
        """Ask for the language that is missing: the report is read in both."""
        cleaned = super().clean() or {}
        for name, other in (("text_ar", "text_en"), ("text_en", "text_ar")):
            if name not in self.errors and not cleaned.get(name) and cleaned.get(other):
                self.add_error(name, ValidationError(_("Write the comment in this language too."), code="missing"))
        return cleaned

    @property
    def texts(self) -> tuple[str, str]:
        """The comment in Arabic and in English; for a valid form only."""
        return self.cleaned_data["text_ar"], self.cleaned_data["text_en"]


class SendBackForm(Form):
    """Why a report under review goes back to be changed."""

    reason = ParagraphField(
        max=REASON_LENGTH, min=SHORTEST_REASON, rows=4, label=_("What has to be changed before the approval?")
    )


class CorrectionForm(Form):
    """What a new version changes; printed on it."""

    reason = ParagraphField(
        max=REASON_LENGTH, min=SHORTEST_REASON, rows=4, label=_("What does the new version change, and why?")
    )


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
    found, step = _readable(request, report), life.ACTS.get(name)
    if step is None:
        raise Http404
    try:
        after = life.take(step, found, by=user, at=at, edition=_edition_seen(request))
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
    document = life.document(found, current_language())
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
    before, after = (life.document(each, current_language()) for each in (found.corrects, found))
    context = {
        "report": found,
        "name": phrases.period_heading(found.kind, found.period),
        "sections": life.changes(before, after),
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
    offered = life.offered(found, user, at=at)
    document = life.document(found, current_language()) if found.content else None
    context: dict[str, Any] = {
        "report": found,
        "name": phrases.period_heading(found.kind, found.period),
        "document": document,
        "markup": _markup(request, found, document) if document else "",
        "languages": [(code, LANGUAGE_NAMES[code]) for code in life.LANGUAGES],
        "forms": FORMS,
        "digests": _digests(found) if found.is_frozen else [],
        "acts": offered,
        "hindrance": life.hindrance(found, user, offered, at=at) if is_theirs else None,
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
    return [(str(LANGUAGE_NAMES[name]), digest(life.document(found, name))) for name in life.LANGUAGES]


def _reason(
    request: HttpRequest, found: PeriodicReport, form: SendBackForm | CorrectionForm, *, title: str
) -> HttpResponse:
    user, at = signed_in_user(request), timezone.now()
    name = phrases.period_heading(found.kind, found.period)
    edition = _edition_seen(request) if form.is_bound and isinstance(form, SendBackForm) else found.edition
    context = {"report": found, "name": name, "form": form, "title": title, "edition": edition, **frame(user, at=at)}
    return render(request, "reports/periodic/reason.html", context)


# ---- The files of a periodic report: PDF, workbook, CSV and JSON, each in both languages. ----


@for_readers_of_all
@require_safe
@recent_factor_required(back_to="periodic-report", of="report")
def report_file(request: HttpRequest, report: int, language: str, form: str) -> HttpResponseBase:
    """Send one language of a report as a file; a draft says that it is one."""
    readable = PeriodicReport.objects.visible_to(signed_in_user(request), at=timezone.now())
    found = get_object_or_404(readable.prefetch_related("comments"), pk=report)
    if language not in life.LANGUAGES or not found.content:
        raise Http404
    return download(life.document(found, language), form)
