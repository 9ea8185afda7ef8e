"""Agencies as the unit keeps them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from agencies.reference_changes import NAMES, with_former_names
from complaints.unit.directory.directory_tables import Column, DirectoryTable
from complaints.unit.directory.forms import DirectoryForm, form_field


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
