"""Agencies as the unit keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.models import User
from accounts.roles import UNIT_HEAD
from accounts.sign_in.factors import recent_factor_required
from agencies import successions as rules
from agencies.models import (
    Agency,
    AgencySite,
    AgencySuccession,
    CentreState,
    Directorate,
    Governorate,
    OutsideCentre,
    Topic,
)
from agencies.models.base import stripped
from agencies.reference_changes import NAMES, Author, with_former_names
from agencies.successions import SuccessionRefused
from complaints.escalation import recalculation as execution
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.forms import SHORTEST_TEXT
from complaints.staff.frame import frame
from complaints.unit.directory_forms import MOST_AHEAD, ON_HINT, Column, DirectoryForm, DirectoryTable, form_field
from kit.forms import DayBoxField, Form, ParagraphField


class AgencyForm(DirectoryForm):
    """An agency; its end is a page of its own, and so are mergers and splits."""

    class Meta:
        model = Agency
        fields = (
            *("name_ar", "name_en", "short_name_ar", "short_name_en", "kind", "parent", "sector", "services_ar"),
            *("aliases_ar", "governorate", "is_complainable", "notes"),
            "unverified",
        )
        formfield_callback = form_field

    def offered(self, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Offer the agencies of today as the parent."""
        return Agency.objects.existing(on=self.today) if name == "parent" else rows

    def full_clean(self) -> None:
        """Refuse a new name that leaves no room for the old one among the other names."""
        super().full_clean()
        if not self.is_bound or self.instance.pk is None or self.errors:
            return
        stored = Agency.objects.get(pk=self.instance.pk)
        try:
            with_former_names(
                stored, {**dict.fromkeys(set(NAMES) & set(self.changed_data)), "aliases_ar": self.instance.aliases_ar}
            )
        except ValidationError as wrong:
            self.add_error(None, wrong)


AGENCIES = DirectoryTable(
    slug="agencies",
    model=Agency,
    form=AgencyForm,
    title=_("Agencies"),
    add_title=_("Add an agency"),
    end_title=_("End the agency"),
    end_label=_("Last day of the agency"),
    columns=(
        Column(_("Short name"), lambda row: row.short_name),
        Column(_("Kind"), lambda row: capfirst(row.get_kind_display())),
        Column(_("Parent agency"), lambda row: row.parent.name if row.parent else ""),
        Column(_("Last day"), lambda row: row.ends_on),
    ),
    joined=("parent",),
    searched=F("folded"),
)


# ---- Centres outside the system, and the words of their interfaces, as the unit keeps them. ----


class CentreForm(DirectoryForm):
    """A centre to which cases are handed over."""

    class Meta:
        model = OutsideCentre
        fields = ("name_ar", "name_en", "phone", "email", "agency", "notes", "unverified")
        formfield_callback = form_field

    def offered(self, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Offer the agencies of today."""
        del name, rows
        return Agency.objects.existing(on=self.today)


CENTRES = DirectoryTable(
    slug="centres",
    model=OutsideCentre,
    form=CentreForm,
    title=_("Outside centres"),
    add_title=_("Add an outside centre"),
    end_title=_("End the outside centre"),
    end_label=_("No longer offered from"),
    columns=(
        Column(_("Phone number"), lambda row: row.phone),
        Column(_("Agency"), lambda row: row.agency.name if row.agency else ""),
    ),
    joined=("agency",),
)


class CentreStateForm(DirectoryForm):
    """What a word of a centre's interface means."""

    prefilled = ("centre",)

    class Meta:
        model = CentreState
        fields = ("centre", "word", "meaning", "unverified")
        formfield_callback = form_field

    def offered(self, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Offer the centres that are in use."""
        del name
        return rows.filter(is_active=True)


CENTRE_STATES = DirectoryTable(
    slug="centre-states",
    model=CentreState,
    form=CentreStateForm,
    title=_("States of outside centres"),
    add_title=_("Add a word of an outside centre"),
    end_title=_("End the word of the outside centre"),
    end_label=_("No longer used from"),
    columns=(
        Column(_("Outside centre"), lambda row: row.centre.name),
        Column(_("Meaning"), lambda row: capfirst(row.get_meaning_display())),
    ),
    joined=("centre",),
    searched=stripped("word", "centre__name_ar", "centre__name_en"),
)


# ---- Directorates as the unit keeps them. ----


class DirectorateForm(DirectoryForm):
    """A directorate of an agency."""

    prefilled = ("agency",)

    class Meta:
        model = Directorate
        fields = ("agency", "name_ar", "name_en", "email", "unverified")
        formfield_callback = form_field

    def offered(self, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Offer the agencies of today."""
        return Agency.objects.existing(on=self.today) if name == "agency" else rows


DIRECTORATES = DirectoryTable(
    slug="directorates",
    model=Directorate,
    form=DirectorateForm,
    title=_("Directorates"),
    add_title=_("Add a directorate"),
    end_title=_("End the directorate"),
    end_label=_("No longer asked from"),
    columns=(
        Column(_("Agency"), lambda row: row.agency.name),
        Column(_("E-mail"), lambda row: row.email),
    ),
    joined=("agency",),
    searched=stripped("name_ar", "name_en", "agency__name_ar", "agency__name_en"),
)


# ---- Agencies' own sites as the unit registers them. ----


class AgencySiteForm(DirectoryForm):
    """A site whose pages may show the form of its agency."""

    prefilled = ("agency",)

    class Meta:
        model = AgencySite
        fields = ("agency", "origin", "unverified")
        formfield_callback = form_field

    def offered(self, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Offer the agencies that can be complained about today."""
        return Agency.objects.complainable(on=self.today) if name == "agency" else rows


AGENCY_SITES = DirectoryTable(
    slug="sites",
    model=AgencySite,
    form=AgencySiteForm,
    title=_("Agencies' websites"),
    add_title=_("Add an agency's website"),
    end_title=_("End the agency's website"),
    end_label=_("No longer shows the form from"),
    columns=(Column(_("Agency"), lambda row: row.agency.name),),
    joined=("agency",),
    searched=stripped("origin", "agency__name_ar", "agency__name_en"),
)


# ---- The form that plans which agency goes on with the work of another. ----


class SuccessionForm(Form):
    """Whose work goes to whom, from which day, and which part of it."""

    predecessor = forms.ModelChoiceField(Agency.objects.none(), empty_label="—", label=_("Agency whose work moves"))
    successor = forms.ModelChoiceField(Agency.objects.none(), empty_label="—", label=_("Agency that does it then"))
    topic = forms.ModelChoiceField(
        Topic.objects.filter(is_active=True),
        required=False,
        empty_label=_("All topics"),
        label=_("Topic or group"),
        help_text=_("Choose a topic or a governorate if only this part of the work moves."),
    )
    governorate = forms.ModelChoiceField(
        Governorate.objects.all(), required=False, empty_label=_("Everywhere"), label=_("Governorate")
    )
    on = DayBoxField(label=_("First day"), help_text=ON_HINT)
    reason = ParagraphField(
        max=TEXT_LENGTH, min=SHORTEST_TEXT, rows=3, label=_("Reason"), help_text=_("Such as the law or the decision.")
    )

    def __init__(self, data: Mapping[str, Any] | None, *, today: date, initial: Mapping[str, Any]) -> None:
        super().__init__(data, initial=dict(initial))
        self.today = today
        agencies = Agency.objects.existing(on=today)
        self.offer_rows("predecessor", agencies)
        self.offer_rows("successor", agencies)

    def clean_on(self) -> date:
        """Refuse days that are over, and those nobody can plan for."""
        day: date = self.cleaned_data["on"]
        if not self.today <= day <= self.today + MOST_AHEAD:
            raise ValidationError(gettext("Enter today or a later day, at most two years ahead"))
        return day

    @property
    def succession(self) -> AgencySuccession:
        """Return what the valid form plans, not stored yet."""
        return AgencySuccession(**self.cleaned_data)


# ---- Mergers and splits of agencies: planned with a preview, executed on their day, cancelled until then. ----


ROWS = AgencySuccession.objects.select_related("predecessor", "successor", "final", "topic", "governorate")


@staff_required(UNIT_HEAD)
@require_safe
def successions(request: HttpRequest) -> HttpResponse:
    """List the successions, those planned before those done and given up."""
    found = list(ROWS.all())
    return _page(request, "successions", planned=[each for each in found if _is_planned(each)], found=found)


def _is_planned(succession: AgencySuccession) -> bool:
    return succession.executed_at is None and succession.cancelled_at is None


@staff_required(UNIT_HEAD)
@recent_factor_required()
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest) -> HttpResponseBase:
    """Plan a succession: first what it concerns, then the confirmation."""
    author = Author(signed_in_user(request).pk, timezone.now())
    data = request.POST if request.method == "POST" else None
    chosen = request.GET.get("predecessor", "")
    initial = {"predecessor": chosen} if chosen.isascii() and chosen.isdigit() else {}
    form = SuccessionForm(data, today=author.today, initial=initial)
    preview = None
    if form.is_bound and form.is_valid():
        succession = form.succession
        try:
            if "confirm" in request.POST:
                return _planned(request, rules.plan(succession, author=author), author)
            rules.check(succession)
            preview = execution.preview(succession, at=author.at)
        except SuccessionRefused as refused:
            form.add_error(refused.field, refused.sentence)
    return _page(request, "succession_plan", form=form, preview=preview)


def _planned(request: HttpRequest, succession: AgencySuccession, author: Author) -> HttpResponseBase:
    """Execute at once what begins today; the periodic task moves the cases, and all the rest on its day."""
    if succession.on <= author.today:
        execution.execute(succession.pk, at=author.at)
        messages.success(request, gettext("Done. The open cases follow in the next minutes."))
    else:
        messages.success(request, gettext("Planned. Until the first day everything stays as it is."))
    return redirect("succession", succession.pk)


@staff_required(UNIT_HEAD)
@require_safe
def succession(request: HttpRequest, succession: int) -> HttpResponse:
    """Show one succession, and what it concerns or what still has to follow."""
    at = timezone.now()
    found = get_object_or_404(ROWS, pk=succession)
    planner = User.objects.filter(pk=found.planned_by).first()
    context: dict[str, object] = {"succession": found, "planner": planner, "is_planned": _is_planned(found)}
    if found.cancelled_at is None:
        context["preview"] = execution.preview(found, at=at)
    return _page(request, "succession", **context)


@staff_required(UNIT_HEAD)
@recent_factor_required()
@require_POST
def cancel(request: HttpRequest, succession: int) -> HttpResponseBase:
    """Give up a planned succession."""
    author = Author(signed_in_user(request).pk, timezone.now())
    found = get_object_or_404(ROWS, pk=succession)
    if rules.cancel(found.pk, author=author):
        messages.success(request, gettext("The plan was cancelled."))
    else:
        messages.info(request, gettext("This is no longer planned."))
    return redirect("succession", found.pk)


def _page(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    user = signed_in_user(request)
    content = {**context, **frame(user, at=timezone.now())}
    return render(request, f"complaints/unit/directory/successions/{template}.html", content)
