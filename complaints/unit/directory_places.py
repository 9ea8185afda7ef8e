"""Districts, towns and areas as the unit keeps them; forms offer those that are not ended."""

from __future__ import annotations

import re
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from agencies.free_text.reader import BETWEEN
from agencies.models import City, Governorate, Holiday, WorkingHours
from agencies.models.base import stripped
from complaints.unit.directory_forms import Column, DirectoryForm, DirectoryTable, form_field


class CityForm(DirectoryForm):
    """A district, a town, or an area of Amman."""

    class Meta:
        model = City
        fields = ("governorate", "level", "name_ar", "name_en", "is_centre", "unverified")
        formfield_callback = form_field


PLACES = DirectoryTable(
    slug="places",
    model=City,
    form=CityForm,
    title=_("Districts, towns and areas"),
    add_title=_("Add a district, town or area"),
    end_title=_("End the district, town or area"),
    end_label=_("No longer offered from"),
    columns=(
        Column(_("Governorate"), lambda row: row.governorate.name),
        Column(_("Level"), lambda row: capfirst(row.get_level_display())),
    ),
    joined=("governorate",),
)


# ---- Governorates as the unit keeps them; they are renamed and added, and never end. ----


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


# ---- Days off as the unit keeps them; open deadlines follow every change. ----


class HolidayForm(DirectoryForm):
    """A day off."""

    is_planned = False

    class Meta:
        model = Holiday
        fields = ("on", "name_ar", "name_en", "audience", "status", "source", "unverified")
        formfield_callback = form_field


HOLIDAYS = DirectoryTable(
    slug="holidays",
    model=Holiday,
    form=HolidayForm,
    title=_("Holidays"),
    add_title=_("Add a holiday"),
    end_title=_("Cancel the holiday"),
    end_label="",
    columns=(
        Column(_("Day"), lambda row: row.on),
        Column(_("Status"), lambda row: capfirst(row.get_status_display())),
        Column(_("Applies to"), lambda row: capfirst(row.get_audience_display())),
    ),
)


# ---- Working hours as the unit keeps them; open deadlines follow every change. ----


class HoursForm(DirectoryForm):
    """The hours of a span of days."""

    is_planned = False

    class Meta:
        model = WorkingHours
        fields = ("period", "starts_on", "ends_on", "opens", "closes", "estimated", "source", "unverified")
        formfield_callback = form_field


HOURS = DirectoryTable(
    slug="hours",
    model=WorkingHours,
    form=HoursForm,
    title=_("Working hours"),
    add_title=_("Add working hours"),
    end_title=_("End the working hours"),
    end_label=_("Last day"),
    columns=(
        Column(_("Opening time"), lambda row: f"{row.opens:%H:%M}" if row.opens else ""),
        Column(_("Closing time"), lambda row: f"{row.closes:%H:%M}" if row.closes else ""),
        Column(_("First day"), lambda row: row.starts_on),
        Column(_("Last day"), lambda row: row.ends_on),
    ),
    searched=stripped("period", "source"),
)
