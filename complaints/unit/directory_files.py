"""Export and import of one table as a CSV file: a dry run, then the confirmation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, gettext, gettext_lazy as _, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policy
from accounts.decorators import signed_in_user, staff_required
from accounts.models import EditionState, PolicyEdition
from accounts.models.privacy import CHANGED_LENGTH, TEXT_LENGTH
from accounts.roles import STAFF_CHANGE_READERS, UNIT_HEAD
from accounts.sign_in.factors import recent_factor_required
from agencies import reference_files
from agencies.models import Reference
from agencies.reference_data import BadReference
from agencies.reference_files import MOST_BYTES, ImportPlan, PlanOvertaken, decoded_text, reference_file_name
from complaints.staff.frame import frame
from complaints.unit.directory import DirectoryRequest, directory_form
from complaints.unsent_forms import keeps_unsent_form_until_redirect
from kit.forms import DayBoxField, Form, LineField, ParagraphField

# ---- The forms of an import: the file, and the confirmation of what the dry run has shown. ----


SALT = "reference import"
#: A checked file can be confirmed for so many seconds.
FRESH_SECONDS = 3600


class ImportForm(Form):
    """The file to check; ``text`` once it is valid."""

    file = forms.FileField(
        label=_("CSV file"),
        allow_empty_file=True,
        help_text=_("In UTF-8, with the columns of the export. Nothing is changed before you confirm it."),
    )

    def __init__(self, *args: Any, file_name: str) -> None:
        super().__init__(*args)
        self.file_name, self.text = file_name, ""

    def clean_file(self) -> Any:
        """Read no more of the file than may be in it."""
        found = self.cleaned_data["file"]
        try:
            self.text = decoded_text(found.read(MOST_BYTES + 1), file=self.file_name)
        except BadReference as wrong:
            raise ValidationError(list(wrong.problems)) from None
        return found


class ConfirmImportForm(Form):
    """The checked file as the page carries it, signed, and the digest of what it would change."""

    content = forms.CharField(widget=forms.HiddenInput)
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean_content(self) -> str:
        """Return the text; refuse one that was not checked here a while ago."""
        try:
            text: str = signing.loads(self.cleaned_data["content"], salt=SALT, max_age=FRESH_SECONDS)
        except signing.BadSignature:
            raise ValidationError(_("Choose the file again: it was checked too long ago.")) from None
        return text


def signed(text: str) -> str:
    """Return a checked text as a page may carry it."""
    return signing.dumps(text, salt=SALT, compress=True)


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


# ---- The form for an edition of the usage policy. ----


#: Days from writing an edition to its day at least: a second person reads it, and people hear of it.
LEAST_DAYS: Final = 1
#: A policy of fewer letters is an accident.
SHORTEST: Final = 200
SHORTEST_CHANGE: Final = 10


class EditionForm(Form):
    """A new edition in both languages, and the day from which it is in force."""

    effective_from = DayBoxField(
        label=_("In force from"),
        help_text=_("Tomorrow or a later day. From this day on, everybody is asked to accept it at the next sign-in."),
    )
    changed_ar = LineField(max=CHANGED_LENGTH, min=SHORTEST_CHANGE, label=_("What is new, in Arabic"))
    changed_en = LineField(max=CHANGED_LENGTH, min=SHORTEST_CHANGE, label=_("What is new, in English"))
    text_ar = ParagraphField(max=TEXT_LENGTH, min=SHORTEST, rows=16, label=_("The whole text in Arabic"))
    text_en = ParagraphField(max=TEXT_LENGTH, min=SHORTEST, rows=16, label=_("The whole text in English"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["text_en"].widget.attrs |= {"dir": "ltr", "lang": "en"}
        self.fields["text_ar"].widget.attrs |= {"dir": "rtl", "lang": "ar"}

    def clean_effective_from(self) -> date:
        """Refuse a day that has come."""
        day: date = self.cleaned_data["effective_from"]
        if day < self.today + timedelta(days=LEAST_DAYS):
            raise ValidationError(_("Choose tomorrow or a later day"), code="past")
        return day

    @property
    def edition(self) -> PolicyEdition:
        """Return what the valid form says, unsaved."""
        return PolicyEdition(**{name: self.cleaned_data[name] for name in self.fields})


class DecideForm(forms.Form):
    """Whether a second person agrees."""

    decision = forms.ChoiceField(choices=[("agreed", "agreed"), ("refused", "refused")])


# ---- The pages of the usage policy: all versions, a new edition, and the decision of a second person. ----


CONFLICT: Final = 409


@staff_required(STAFF_CHANGE_READERS)
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """Show the versions of the usage policy, and the editions that wait for a second person."""
    user, at = signed_in_user(request), timezone.now()
    context = {
        "versions": policy.versions(get_language() or "ar", at=at),
        "waiting": policy.waiting(),
        "may_write": user.authority(at).has(UNIT_HEAD),
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/directory/policies/policies.html", context)


@staff_required(UNIT_HEAD)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def write(request: HttpRequest) -> HttpResponse:
    """Write an edition; it is in force once a second person has agreed and its day has come."""
    user, at = signed_in_user(request), timezone.now()
    form = EditionForm(request.POST if request.method == "POST" else None, today=timezone.localdate(at))
    if form.is_bound and form.is_valid():
        try:
            edition = policy.propose(form.edition, by=user, at=at)
        except policy.DayTaken:
            form.add_error("effective_from", gettext("Another edition is in force from this day on"))
        else:
            messages.success(request, gettext("The edition waits for a second person."))
            return redirect("directory-policy", edition.pk)
    context = {"form": form, **frame(user, at=at)}
    return render(request, "complaints/unit/directory/policies/write.html", context)


@staff_required(STAFF_CHANGE_READERS)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
def edition(request: HttpRequest, edition: int) -> HttpResponse:
    """Show an edition in both languages; another person than its author agrees or refuses."""
    user, at = signed_in_user(request), timezone.now()
    found = get_object_or_404(PolicyEdition.objects.select_related("written_by", "decided_by"), pk=edition)
    status = 200
    if request.method == "POST":
        form = DecideForm(request.POST)
        if not form.is_valid():
            raise Http404
        try:
            policy.decide(found.pk, EditionState(form.cleaned_data["decision"]), by=user, at=at)
        except policy.EditionDecided:
            messages.error(request, gettext("This decision is no longer possible. Read how the edition is now."))
            found.refresh_from_db()
            status = CONFLICT
        else:
            messages.success(request, gettext("The decision is recorded."))
            return redirect("directory-policies")
    context = {
        "edition": found,
        "is_open": found.state == EditionState.PROPOSED,
        "is_own": found.written_by_id == user.pk,
        "is_late": found.effective_from <= timezone.localdate(at),
        **frame(user, at=at),
    }
    return render(request, "complaints/unit/directory/policies/edition.html", context, status=status)
