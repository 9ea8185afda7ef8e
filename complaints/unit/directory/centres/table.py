"""Centres outside the system, and the words of their interfaces, as the unit keeps them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, CentreState, OutsideCentre
from agencies.models.base import stripped
from complaints.unit.directory.directory_tables import Column, DirectoryTable
from complaints.unit.directory.forms import DirectoryForm, form_field


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
