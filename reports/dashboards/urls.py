"""The addresses of the start pages of figures."""

from django.urls import path

from reports.dashboards import views

urlpatterns = [
    path("staff/unit/", views.unit, name="unit-dashboard"),
    path("staff/pm-office/", views.pm_office, name="pm-dashboard"),
    path("staff/figures/", views.own, name="own-figures"),
    path("staff/figures/agencies/<slug:agency>/", views.agency, name="agency-dashboard"),
]
