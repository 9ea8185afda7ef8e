"""The addresses of directives."""

from django.urls import path

from reports.directives import pages

urlpatterns = [
    path("staff/reports/directives/", pages.directive_list, name="directives"),
    path("staff/reports/directives/new/", pages.directive_new, name="directive-new"),
    path("staff/reports/directives/<int:directive>/", pages.directive_page, name="directive"),
    path("staff/reports/directives/<int:directive>/step/", pages.directive_step, name="directive-step"),
    path("staff/reports/directives/<int:directive>/decision/", pages.directive_decision, name="directive-decision"),
    path("staff/reports/directives/<int:directive>/files/<uuid:pk>/", pages.directive_file, name="directive-file"),
]
