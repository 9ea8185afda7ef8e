"""Governorates as the unit keeps them; they are renamed and added, and never end."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from agencies.models import Governorate
from agencies.models.base import stripped
from complaints.unit.directory.forms import DirectoryForm, form_field
from complaints.unit.directory.things import Column, Thing


class GovernorateForm(DirectoryForm):
    """A governorate; its code stays, since files, maps and addresses refer to it."""

    class Meta:
        model = Governorate
        fields = ("code", "name_ar", "name_en", "aliases", "sort_order", "unverified")
        formfield_callback = form_field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["code"]


GOVERNORATES = Thing(
    slug="governorates",
    model=Governorate,
    form=GovernorateForm,
    title=_("Governorates"),
    add_title=_("Add a governorate"),
    end_title="",
    end_label="",
    columns=(
        Column(_("Code"), lambda row: row.code),
        Column(_("Other names"), lambda row: row.aliases),
    ),
    searched=stripped("name_ar", "name_en", "aliases"),
)
