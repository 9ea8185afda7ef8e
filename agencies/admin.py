"""The admin of reference data, for operators to read and search; the unit changes them on pages of its own.

Nobody may change anything here: see ``User.has_perm``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agencies.models import (
    Agency,
    AgencySite,
    CentreState,
    City,
    Directorate,
    Governorate,
    Holiday,
    OutsideCentre,
    RoutingRule,
    Topic,
    TopicQuestion,
    WorkingHours,
)
from agencies.models.base import stripped
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

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find every word of ``search_term`` in any spelling, with or without the article."""
        del request
        for word in strip_prefixes(search_term).split():
            queryset = queryset.alias(searched=self.searched).filter(searched__contains=word)
        return queryset, False


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
    """The directorates of an agency."""

    model = Directorate
    fields = ("name_ar", "name_en", "email", "is_active", "unverified")
    extra = 0
    show_change_link = True


@admin.register(Agency)
class AgencyAdmin(ReferenceAdmin):
    """Agencies."""

    list_display = ("name_ar", "short_name_ar", "name_en", "kind", "sector", "is_complainable", "ends_on", "unverified")
    list_filter = (VerifiedFilter, EditedFilter, "kind", "sector", "is_complainable", "is_core")
    inlines = (DirectorateInline,)
    searched = F("folded")


@admin.register(Directorate)
class DirectorateAdmin(ReferenceAdmin):
    """Technical directorates."""

    list_display = ("name_ar", "name_en", "agency", "email", "is_active", "unverified")
    list_select_related = ("agency",)
    list_filter = (VerifiedFilter, EditedFilter, "is_active")
    searched = stripped("name_ar", "name_en", "agency__name_ar", "agency__name_en")


class TopicQuestionInline(admin.TabularInline[TopicQuestion, Topic]):
    """The questions of a topic."""

    model = TopicQuestion
    fields = ("name_ar", "name_en", "kind", "is_required", "is_personal", "is_active", "unverified")
    extra = 0
    show_change_link = True


@admin.register(Topic)
class TopicAdmin(ReferenceAdmin):
    """Topics and their groups."""

    list_display = (
        "name_ar", "name_en", "parent", "limit_days", "priority", "hides_identity", "second_signature",
        "withheld_from_agency", "place_required", "is_public", "is_active", "unverified",
    )  # fmt: skip
    list_select_related = ("parent",)
    list_filter = (
        VerifiedFilter, EditedFilter, "is_active", "priority", "hides_identity", "second_signature",
        "withheld_from_agency",
    )  # fmt: skip
    inlines = (TopicQuestionInline,)


@admin.register(TopicQuestion)
class TopicQuestionAdmin(ReferenceAdmin):
    """The questions asked about topics."""

    list_display = (
        "name_ar", "name_en", "topic", "kind", "is_required", "is_personal", "is_active", "unverified",
    )  # fmt: skip
    list_select_related = ("topic",)
    list_filter = (VerifiedFilter, EditedFilter, "is_active", "kind", "is_required", "is_personal")


@admin.register(RoutingRule)
class RoutingRuleAdmin(ReferenceAdmin):
    """Routing rules: which agency is competent for a topic in a place."""

    list_display = ("topic", "governorate", "place_ar", "agency", "starts_on", "ends_on", "unverified")
    list_select_related = ("topic", "governorate", "agency")
    list_filter = (VerifiedFilter, EditedFilter, "governorate", ("topic", admin.RelatedOnlyFieldListFilter))
    search_fields = ("place_ar",)
    searched = stripped("topic__name_ar", "topic__name_en", "place_ar", "agency__name_ar", "agency__name_en")


@admin.register(OutsideCentre)
class OutsideCentreAdmin(ReferenceAdmin):
    """Centres outside the system."""

    list_display = ("name_ar", "name_en", "phone", "agency", "unverified")
    list_select_related = ("agency",)


@admin.register(AgencySite)
class AgencySiteAdmin(ReferenceAdmin):
    """Agencies' own sites."""

    list_display = ("origin", "agency", "is_active", "unverified")
    list_select_related = ("agency",)
    search_fields = ("origin",)
    searched = stripped("origin", "agency__name_ar", "agency__name_en")


@admin.register(CentreState)
class CentreStateAdmin(ReferenceAdmin):
    """The words of outside centres."""

    list_display = ("word", "centre", "meaning", "unverified")
    list_select_related = ("centre",)
    search_fields = ("word",)
    searched = stripped("word", "centre__name_ar", "centre__name_en")


@admin.register(Holiday)
class HolidayAdmin(ReferenceAdmin):
    """Days off."""

    list_display = ("on", "name_ar", "name_en", "audience", "status", "unverified")
    list_filter = (VerifiedFilter, EditedFilter, "status", "audience")
    date_hierarchy = "on"


@admin.register(WorkingHours)
class WorkingHoursAdmin(ReferenceAdmin):
    """The hours of the year and of each Ramadan."""

    list_display = ("period", "starts_on", "ends_on", "opens", "closes", "estimated", "unverified")
    list_filter = (VerifiedFilter, EditedFilter, "period", "estimated")
    search_fields = ()
    searched = stripped("period")
