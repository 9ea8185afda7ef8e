"""The addresses of phenomena."""

from django.urls import path

from reports.phenomena import views

urlpatterns = [
    path("staff/reports/phenomena/", views.phenomena, name="phenomena"),
    path("staff/reports/phenomena/new/", views.phenomenon_new, name="phenomenon-new"),
    path("staff/reports/phenomena/<int:phenomenon>/", views.phenomenon_page, name="phenomenon"),
    path("staff/reports/phenomena/<int:phenomenon>/edit/", views.phenomenon_edit, name="phenomenon-edit"),
    path("staff/reports/phenomena/<int:phenomenon>/dismiss/", views.phenomenon_dismiss, name="phenomenon-dismiss"),
    path("staff/reports/phenomena/<int:phenomenon>/commit/", views.phenomenon_commit, name="phenomenon-commit"),
    path("staff/reports/phenomena/<int:phenomenon>/evidence/", views.phenomenon_evidence, name="phenomenon-evidence"),
    path("staff/reports/phenomena/<int:phenomenon>/files/<uuid:pk>/", views.phenomenon_file, name="phenomenon-file"),
    path("staff/reports/phenomena/<int:phenomenon>/cases/", views.phenomenon_cases, name="phenomenon-cases"),
]
