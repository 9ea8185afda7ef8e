"""Working hours as the unit keeps them; open deadlines follow every change."""

from django.utils.translation import gettext_lazy as _

from agencies.models import WorkingHours
from agencies.models.base import stripped
from complaints.unit.directory.directory_tables import Column, DirectoryTable
from complaints.unit.directory.forms import DirectoryForm, form_field


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
