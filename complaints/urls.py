"""The addresses of complaints, gathered from the rooms of its pages."""

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from complaints.workflow import Kind


class KindConverter(StringConverter):
    """One of the four kinds."""

    regex = "|".join(Kind.values)


class ReferenceConverter(StringConverter):
    """A tracking number: ten digits, whether or not there is such a case."""

    regex = "[0-9]{10}"


register_converter(KindConverter, "kind")
register_converter(ReferenceConverter, "ref")

# By name: the rooms are read once their converters are known.
urlpatterns = [
    path("", include("complaints.portal.urls")),
    path("", include("complaints.desk.urls")),
    path("", include("complaints.unit.urls")),
    path("", include("complaints.contact_centre.urls")),
    path("", include("complaints.message_centre.urls")),
    path("", include("complaints.staff.urls")),
]
machine_urlpatterns = [path("", include("complaints.portal.short_links")), path("", include("complaints.api.urls"))]
