"""Districts, towns and areas as the unit keeps them; forms offer those that are not ended."""

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agencies.models import City
from complaints.unit.directory.directory_tables import Column, DirectoryTable
from complaints.unit.directory.forms import DirectoryForm, form_field


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
