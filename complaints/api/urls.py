"""The addresses of the interfaces for other programs; all of them are for machines, without a language."""

from django.urls import include, path

from complaints.api.centres.views import centre_reports

machine_urlpatterns = [
    path("api/centres/<slug:code>/reports", centre_reports, name="centre-reports"),
    path("", include("complaints.api.open311.urls")),
]
urlpatterns = machine_urlpatterns
