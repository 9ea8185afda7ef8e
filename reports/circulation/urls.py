"""The addresses of circulation."""

from django.urls import path

from reports.circulation import views

urlpatterns = [
    path("staff/reports/circulation/", views.circulation_list, name="circulations"),
    path("staff/reports/circulation/<int:circulation>/", views.circulation_page, name="circulation"),
    path("staff/reports/annexes/", views.annex_list, name="annexes"),
    path("staff/reports/annexes/<int:annex>/", views.annex_page, name="annex"),
    path("staff/reports/annexes/<int:annex>/answer/", views.annex_answer, name="annex-answer"),
    path("staff/reports/annexes/<int:annex>/files/<uuid:pk>/", views.annex_file, name="annex-file"),
    path("staff/reports/annexes/<int:annex>/<slug:language>/<slug:form>/", views.annex_document, name="annex-document"),
]
