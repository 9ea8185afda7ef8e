"""Days off as the unit keeps them; open deadlines follow every change."""

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies.models import Holiday
from complaints.unit.directory.directory_tables import Column, DirectoryTable
from complaints.unit.directory.forms import DirectoryForm, form_field


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
