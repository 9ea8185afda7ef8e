"""Directorates as the unit keeps them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Directorate
from agencies.models.base import stripped
from complaints.unit.directory.directory_tables import Column, DirectoryTable
from complaints.unit.directory.forms import DirectoryForm, form_field


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
