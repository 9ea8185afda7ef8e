"""Danger signs as the unit keeps them: phrases that show the emergency number and put a case first."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from agencies.models import DangerSign
from complaints.unit.directory.directory_tables import Column, DirectoryTable
from complaints.unit.directory.forms import DirectoryForm, form_field


class DangerForm(DirectoryForm):
    """Phrases that tell of one danger, or that only sound so."""

    class Meta:
        model = DangerSign
        fields = ("name_ar", "name_en", "is_harmless", "phrases", "unverified")
        formfield_callback = form_field


DANGER_SIGNS = DirectoryTable(
    slug="danger-signs",
    model=DangerSign,
    form=DangerForm,
    title=_("Danger signs"),
    add_title=_("Add a danger sign"),
    end_title=_("End the danger sign"),
    end_label=_("No longer used from"),
    columns=(
        Column(_("Only sounds dangerous"), lambda row: _("Yes") if row.is_harmless else _("No")),
        Column(_("Phrases"), lambda row: len(row.phrases)),
    ),
)
