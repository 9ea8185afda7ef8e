"""The addresses of GeoReport v2, without a language."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter
from django.views.decorators.csrf import csrf_exempt

from complaints.api.open311 import jurisdiction, public_topics, requests


class GeoReportFormConverter(StringConverter):
    """The form of the answer."""

    regex = "json|xml"


register_converter(GeoReportFormConverter, "georeport_form")

_V2 = "api/open311/v2"
urlpatterns = [
    path("api/open311/discovery.<georeport_form:geoform>", jurisdiction.discovery, name="open311-discovery"),
    path(f"{_V2}/services.<georeport_form:geoform>", public_topics.services, name="open311-services"),
    path(f"{_V2}/services/<slug:code>.<georeport_form:geoform>", public_topics.service, name="open311-service"),
    # A program has no session that a foreign page could misuse: its key is in the form.
    path(f"{_V2}/requests.<georeport_form:geoform>", csrf_exempt(requests.requests), name="open311-requests"),
    path(f"{_V2}/requests/<slug:key>.<georeport_form:geoform>", requests.one_request, name="open311-request"),
    path(f"{_V2}/tokens/<slug:token>.<georeport_form:geoform>", requests.token, name="open311-token"),
]
