"""The addresses of the reports: the page of figures with its files, and those of each room."""

from django.urls import path

from reports.audits import urls as audits
from reports.circulation import urls as circulation
from reports.commitment import urls as commitment
from reports.dashboards import urls as dashboards
from reports.directives import urls as directives
from reports.drill import counted as drill
from reports.overview import pages
from reports.periodic import urls as periodic
from reports.phenomena import urls as phenomena
from reports.public import urls as public

urlpatterns = [
    *dashboards.urlpatterns,
    path("staff/figures/cases/", drill.cases, name="figure-cases"),
    path("staff/reports/", pages.report, name="reports"),
    path("staff/reports/figures.xlsx", pages.report_xlsx, name="reports-xlsx"),
    path("staff/reports/figures.csv", pages.report_csv, name="reports-csv"),
    *circulation.urlpatterns,
    *directives.urlpatterns,
    *audits.urlpatterns,
    *public.urlpatterns,
    *periodic.urlpatterns,
    *commitment.urlpatterns,
    *phenomena.urlpatterns,
]

machine_urlpatterns = [*public.machine_urlpatterns]
