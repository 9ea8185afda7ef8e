"""Agencies' own sites as the unit registers them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, AgencySite
from agencies.models.base import stripped
from complaints.unit.directory.directory_tables import Column, DirectoryTable
from complaints.unit.directory.forms import DirectoryForm, form_field


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
