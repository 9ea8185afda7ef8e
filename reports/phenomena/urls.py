"""The addresses of phenomena."""

from django.urls import path

from reports.phenomena import pages

urlpatterns = [
    path("staff/reports/phenomena/", pages.phenomena, name="phenomena"),
    path("staff/reports/phenomena/new/", pages.phenomenon_new, name="phenomenon-new"),
    path("staff/reports/phenomena/<int:phenomenon>/", pages.phenomenon_page, name="phenomenon"),
    path("staff/reports/phenomena/<int:phenomenon>/edit/", pages.phenomenon_edit, name="phenomenon-edit"),
    path("staff/reports/phenomena/<int:phenomenon>/dismiss/", pages.phenomenon_dismiss, name="phenomenon-dismiss"),
    path("staff/reports/phenomena/<int:phenomenon>/commit/", pages.phenomenon_commit, name="phenomenon-commit"),
    path("staff/reports/phenomena/<int:phenomenon>/evidence/", pages.phenomenon_evidence, name="phenomenon-evidence"),
    path("staff/reports/phenomena/<int:phenomenon>/files/<uuid:pk>/", pages.phenomenon_file, name="phenomenon-file"),
    path("staff/reports/phenomena/<int:phenomenon>/cases/", pages.phenomenon_cases, name="phenomenon-cases"),
]
