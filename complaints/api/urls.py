"""The addresses of the interfaces for other programs; all of them are for machines, without a language."""

from django.urls import include, path

from complaints.api.agency_systems.files import agency_file, agency_files
from complaints.api.agency_systems.views import agency_acts
from complaints.api.centres.views import centre_reports

machine_urlpatterns = [
    path("api/centres/<slug:code>/reports", centre_reports, name="centre-reports"),
    path("", include("complaints.api.open311.urls")),
    path("api/agency-systems/<slug:code>/acts", agency_acts, name="agency-acts"),
    path("api/agency-systems/<slug:code>/files", agency_files, name="agency-files"),
    path("api/files/<str:token>", agency_file, name="agency-file"),
]
urlpatterns = machine_urlpatterns
