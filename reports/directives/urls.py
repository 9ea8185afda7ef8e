"""The addresses of directives."""

from django.urls import path

from reports.directives import views

urlpatterns = [
    path("staff/reports/directives/", views.directive_list, name="directives"),
    path("staff/reports/directives/new/", views.directive_new, name="directive-new"),
    path("staff/reports/directives/<int:directive>/", views.directive_page, name="directive"),
    path("staff/reports/directives/<int:directive>/step/", views.directive_step, name="directive-step"),
    path("staff/reports/directives/<int:directive>/decision/", views.directive_decision, name="directive-decision"),
    path("staff/reports/directives/<int:directive>/files/<uuid:pk>/", views.directive_file, name="directive-file"),
]
