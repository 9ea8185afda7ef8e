"""The addresses of periodic reports."""

from __future__ import annotations

from typing import Final

from django.urls import URLPattern, path

from reports.periodic import file_views, views

urlpatterns: Final[list[URLPattern]] = [
    path("staff/reports/periodic/", views.listing, name="periodic-reports"),
    path("staff/reports/periodic/new/", views.new, name="periodic-report-new"),
    path("staff/reports/periodic/<int:report>/", views.report, name="periodic-report"),
    path("staff/reports/periodic/<int:report>/act/<slug:name>/", views.act, name="periodic-report-act"),
    path("staff/reports/periodic/<int:report>/comment/<slug:section>/", views.comment, name="periodic-report-comment"),
    path("staff/reports/periodic/<int:report>/send-back/", views.send_back, name="periodic-report-send-back"),
    path("staff/reports/periodic/<int:report>/correct/", views.correct, name="periodic-report-correct"),
    path("staff/reports/periodic/<int:report>/changed/", views.changed, name="periodic-report-changed"),
    path(
        "staff/reports/periodic/<int:report>/files/<str:language>/<slug:form>/",
        file_views.report_file,
        name="periodic-report-file",
    ),
]
