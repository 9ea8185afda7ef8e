"""Centres outside the system as the unit keeps them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, OutsideCentre
from complaints.unit.directory.forms import DirectoryForm, form_field
from complaints.unit.directory.things import Column, Thing


class CentreForm(DirectoryForm):
    """A centre to which cases are handed over."""

    class Meta:
        model = OutsideCentre
        fields = ("name_ar", "name_en", "phone", "agency", "notes", "unverified")
        formfield_callback = form_field

    def offered(self, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Offer the agencies of today."""
        del name, rows
        return Agency.objects.existing(on=self.today)


CENTRES = Thing(
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
