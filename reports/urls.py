"""The addresses of the report page and its files."""

from django.urls import URLPattern, path

from reports.audits import urls as audits
from reports.directives import urls as directives
from reports.overview import views

urlpatterns = [
    path("staff/reports/", views.report, name="reports"),
    path("staff/reports/figures.xlsx", views.report_xlsx, name="reports-xlsx"),
    path("staff/reports/figures.csv", views.report_csv, name="reports-csv"),
    *directives.urlpatterns,
    *audits.urlpatterns,
]

machine_urlpatterns: list[URLPattern] = []
