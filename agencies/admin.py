"""The admin of reference data; a row that a person edited here is no longer loaded from files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.forms import SimpleArrayField
from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, ngettext

from agencies import reference_changes
from agencies.models import (
    Agency,
    City,
    Directorate,
    Governorate,
    Holiday,
    HolidayStatus,
    OutsideCentre,
    RoutingRule,
    Topic,
    TopicQuestion,
    WorkingHours,
)
from agencies.models.base import stripped
from agencies.models.topics import OPTION_LENGTH
from agencies.reference_changes import Author
from kit.arabic import strip_prefixes

type Admin = admin.ModelAdmin[Any]


class VerifiedFilter(admin.SimpleListFilter):
    """Filters rows by whether they are verified."""

    title = _("verified")
    parameter_name = "verified"

    def lookups(self, request: HttpRequest, model_admin: Admin) -> list[tuple[str, Any]]:
        """Return the two options."""
        del request, model_admin
        return [("no", _("To be verified")), ("yes", _("Verified"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of the chosen option."""
        del request
        marked = {"no": ~Q(unverified=""), "yes": Q(unverified="")}
        return queryset.filter(marked.get(self.value() or "", Q()))


class EditedFilter(admin.SimpleListFilter):
    """Filters rows by whether a person edited them or they still follow the files of the project."""

    title = _("data source")
    parameter_name = "kept"

    def lookups(self, request: HttpRequest, model_admin: Admin) -> list[tuple[str, Any]]:
        """Return the two options."""
        del request, model_admin
        return [("people", _("Staff edits")), ("files", _("Project files"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of the chosen option."""
        del request
        if self.value() is None:
            return queryset
        return queryset.filter(edited_at__isnull=self.value() == "files")


class ReferenceAdmin(admin.ModelAdmin[Any]):
    """The base of all admins of reference data."""

    #: The expression that is searched, folded as the typed words are.
    searched: ClassVar[Combinable] = stripped("name_ar", "name_en")
    search_fields: ClassVar[list[str] | tuple[str, ...]] = (
        "name_ar",
        "name_en",
    )  # shows the box; get_search_results says what it does
    list_filter: ClassVar[Any] = (VerifiedFilter, EditedFilter)
    readonly_fields: ClassVar[Any] = ("edited_at",)
    actions: Sequence[Any] = ("return_to_files",)

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm[Any], change: bool) -> None:  # noqa: FBT001
        """Save through the one door, which records who changed what and marks the row as edited by people."""
        author = _author(request)
        if not change:
            reference_changes.add(obj, author=author)
        elif form.changed_data:
            reference_changes.change(obj, reference_changes.snapshot(obj), author=author)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find every word of ``search_term`` in any spelling, with or without the article."""
        del request
        for word in strip_prefixes(search_term).split():
            queryset = queryset.alias(searched=self.searched).filter(searched__contains=word)
        return queryset, False

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> tuple[str, ...]:
        """Make the code of a stored row read-only: files, rules and addresses refer to it."""
        fixed = ("code",) if obj is not None and "code" in self.get_form_fields() else ()
        return (*super().get_readonly_fields(request, obj), *fixed)

    def get_form_fields(self) -> set[str]:
        """Return the names of the fields a person may enter."""
        return {field.name for field in self.opts.concrete_fields if field.editable}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a row is ended, so that cases and figures keep what they refer to."""
        del request, obj
        return False

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """Show a list of choices as checkboxes."""
        if not isinstance(db_field, ArrayField):
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return forms.MultipleChoiceField(
            choices=db_field.base_field.choices or (),
            widget=forms.CheckboxSelectMultiple,
            required=not db_field.blank,
            label=db_field.verbose_name,
            help_text=db_field.help_text,
        )

    @admin.action(description=_("Update the selected records from the project files again"))
    def return_to_files(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Unmark edited rows, so that the next load_reference updates them from the files."""
        count = queryset.update(edited_at=None)
        message = ngettext(
            "%(count)d record will be updated from the project files at the next load",
            "%(count)d records will be updated from the project files at the next load",
            count,
        )
        self.message_user(request, message % {"count": count})


@admin.register(Governorate)
class GovernorateAdmin(ReferenceAdmin):
    """The twelve governorates."""

    list_display = ("name_ar", "name_en", "code", "sort_order", "unverified")
    searched = stripped("name_ar", "name_en", "aliases")


@admin.register(City)
class CityAdmin(ReferenceAdmin):
    """Districts, towns and areas."""

    list_display = ("name_ar", "name_en", "governorate", "level", "unverified")
    list_select_related = ("governorate",)
    list_filter = (VerifiedFilter, EditedFilter, "governorate", "level")


class DirectorateInline(admin.TabularInline[Directorate, Agency]):
    """The directorates of an agency, read-only; each is edited on its own page."""

    model = Directorate
    fields = ("name_ar", "name_en", "email", "is_active", "unverified")
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: directorates are added on their own page, where the edit is recorded."""
        del request, obj
        return False


@admin.register(Agency)
class AgencyAdmin(ReferenceAdmin):
    """Agencies."""

    list_display = ("name_ar", "short_name_ar", "name_en", "kind", "sector", "is_complainable", "ends_on", "unverified")
    list_filter = (VerifiedFilter, EditedFilter, "kind", "sector", "is_complainable", "is_core")
    autocomplete_fields = ("parent",)
    inlines = (DirectorateInline,)
    searched = F("folded")


@admin.register(Directorate)
class DirectorateAdmin(ReferenceAdmin):
    """Technical directorates."""

    list_display = ("name_ar", "name_en", "agency", "email", "is_active", "unverified")
    list_select_related = ("agency",)
    list_filter = (VerifiedFilter, EditedFilter, "is_active")
    autocomplete_fields = ("agency",)
    searched = stripped("name_ar", "name_en", "agency__name_ar", "agency__name_en")


class TopicQuestionInline(admin.TabularInline[TopicQuestion, Topic]):
    """The questions of a topic, read-only; each is edited on its own page."""

    model = TopicQuestion
    fields = ("name_ar", "name_en", "kind", "is_required", "is_personal", "is_active", "unverified")
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: questions are added on their own page, where the edit is recorded."""
        del request, obj
        return False


@admin.register(Topic)
class TopicAdmin(ReferenceAdmin):
    """Topics and their groups."""

    list_display = (
        "name_ar", "name_en", "parent", "limit_days", "priority", "hides_identity", "second_signature",
        "withheld_from_agency", "place_required", "is_active", "unverified",
    )  # fmt: skip
    list_select_related = ("parent",)
    list_filter = (
        VerifiedFilter, EditedFilter, "is_active", "priority", "hides_identity", "second_signature",
        "withheld_from_agency",
    )  # fmt: skip
    autocomplete_fields = ("suggested_agency",)
    inlines = (TopicQuestionInline,)

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.ModelChoiceField[Any] | None:
        """Offer only groups as the parent of a topic."""
        if db_field.name == "parent":
            kwargs["queryset"] = Topic.objects.filter(parent=None)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(TopicQuestion)
class TopicQuestionAdmin(ReferenceAdmin):
    """The questions asked about topics."""

    list_display = (
        "name_ar", "name_en", "topic", "kind", "is_required", "is_personal", "is_active", "unverified",
    )  # fmt: skip
    list_select_related = ("topic",)
    list_filter = (VerifiedFilter, EditedFilter, "is_active", "kind", "is_required", "is_personal")
    autocomplete_fields = ("topic",)

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """Enter the offered answers one per line."""
        if db_field.name not in {"options_ar", "options_en"}:
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        return SimpleArrayField(
            forms.CharField(max_length=OPTION_LENGTH),
            delimiter="\n",
            required=False,
            widget=forms.Textarea(attrs={"rows": 6}),
            label=db_field.verbose_name,
            help_text=db_field.help_text,
        )


@admin.register(RoutingRule)
class RoutingRuleAdmin(ReferenceAdmin):
    """Routing rules: which agency is competent for a topic in a place."""

    list_display = ("topic", "governorate", "place_ar", "agency", "starts_on", "ends_on", "unverified")
    list_select_related = ("topic", "governorate", "agency")
    list_filter = (VerifiedFilter, EditedFilter, "governorate", ("topic", admin.RelatedOnlyFieldListFilter))
    autocomplete_fields = ("topic", "agency")
    search_fields = ("place_ar",)
    searched = stripped("topic__name_ar", "topic__name_en", "place_ar", "agency__name_ar", "agency__name_en")


@admin.register(OutsideCentre)
class OutsideCentreAdmin(ReferenceAdmin):
    """Centres outside the system."""

    list_display = ("name_ar", "name_en", "phone", "agency", "unverified")
    list_select_related = ("agency",)
    autocomplete_fields = ("agency",)


@admin.register(Holiday)
class HolidayAdmin(ReferenceAdmin):
    """Days off."""

    list_display = ("on", "name_ar", "name_en", "audience", "status", "unverified")
    list_filter = (VerifiedFilter, EditedFilter, "status", "audience")
    date_hierarchy = "on"
    actions = ("confirm", "call_off", "return_to_files")

    @admin.action(description=_("Confirm the selected holidays"))
    def confirm(self, request: HttpRequest, queryset: QuerySet[Holiday]) -> None:
        """Mark days as confirmed by a communiqué."""
        _change_all(request, queryset, {"status": HolidayStatus.CONFIRMED, "unverified": ""})

    @admin.action(description=_("Cancel the selected holidays: offices are open"))
    def call_off(self, request: HttpRequest, queryset: QuerySet[Holiday]) -> None:
        """Mark days as working days after all."""
        _change_all(request, queryset, {"status": HolidayStatus.CALLED_OFF})


def _author(request: HttpRequest) -> Author:
    return Author(cast("Any", request.user).pk, timezone.now())


def _change_all(request: HttpRequest, rows: QuerySet[Holiday], values: dict[str, str]) -> None:
    author = _author(request)
    with transaction.atomic():
        for row in rows.order_by("pk"):
            reference_changes.change(row, values, author=author)


@admin.register(WorkingHours)
class WorkingHoursAdmin(ReferenceAdmin):
    """The hours of the year and of each Ramadan."""

    list_display = ("period", "starts_on", "ends_on", "opens", "closes", "estimated", "unverified")
    list_filter = (VerifiedFilter, EditedFilter, "period", "estimated")
    search_fields = ()
    searched = stripped("period")
