"""Governorates as the unit keeps them; they are renamed and added, and never end."""

from __future__ import annotations

import re
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy as _

from agencies.free_text.reader import BETWEEN
from agencies.models import Governorate
from agencies.models.base import stripped
from complaints.unit.directory.directory_tables import Column, DirectoryTable
from complaints.unit.directory.forms import DirectoryForm, form_field


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


def _other_names(row: Governorate) -> SafeString:
    """Return the names, each in the direction of its own script."""
    names = [name.strip() for name in re.split(f"[;{BETWEEN}]", row.aliases)]
    return format_html_join(gettext(", "), "<bdi>{}</bdi>", ((name,) for name in names if name))


GOVERNORATES = DirectoryTable(
    slug="governorates",
    model=Governorate,
    form=GovernorateForm,
    title=_("Governorates"),
    add_title=_("Add a governorate"),
    end_title="",
    end_label="",
    columns=(
        Column(_("Code"), lambda row: row.code),
        Column(_("Other names"), _other_names),
    ),
    searched=stripped("name_ar", "name_en", "aliases"),
)
