"""The addresses of periodic reports."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from reports.periodic import pages

urlpatterns: Final[list[URLPattern]] = [
    path("staff/reports/periodic/", pages.listing, name="periodic-reports"),
    path("staff/reports/periodic/new/", pages.new, name="periodic-report-new"),
    path("staff/reports/periodic/<int:report>/", pages.report, name="periodic-report"),
    path("staff/reports/periodic/<int:report>/act/<slug:name>/", pages.act, name="periodic-report-act"),
    path("staff/reports/periodic/<int:report>/comment/<slug:section>/", pages.comment, name="periodic-report-comment"),
    path("staff/reports/periodic/<int:report>/send-back/", pages.send_back, name="periodic-report-send-back"),
    path("staff/reports/periodic/<int:report>/correct/", pages.correct, name="periodic-report-correct"),
    path("staff/reports/periodic/<int:report>/changed/", pages.changed, name="periodic-report-changed"),
    path(
        "staff/reports/periodic/<int:report>/files/<str:language>/<slug:form>/",
        pages.report_file,
        name="periodic-report-file",
    ),
]
