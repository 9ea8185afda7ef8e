"""The addresses of circulation."""

from django.urls import path

from reports.circulation import pages

urlpatterns = [
    path("staff/reports/circulation/", pages.circulation_list, name="circulations"),
    path("staff/reports/circulation/<int:circulation>/", pages.circulation_page, name="circulation"),
    path("staff/reports/annexes/", pages.annex_list, name="annexes"),
    path("staff/reports/annexes/<int:annex>/", pages.annex_page, name="annex"),
    path("staff/reports/annexes/<int:annex>/answer/", pages.annex_answer, name="annex-answer"),
    path("staff/reports/annexes/<int:annex>/files/<uuid:pk>/", pages.annex_file, name="annex-file"),
    path("staff/reports/annexes/<int:annex>/<slug:language>/<slug:form>/", pages.annex_document, name="annex-document"),
]
