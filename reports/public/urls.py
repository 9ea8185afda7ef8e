"""The addresses of the public pages, and of the open data, which have no language."""

from django.urls import path

from reports.public import views

urlpatterns = [
    path("performance/", views.figures, name="public-figures"),
    path("performance/data/", views.data, name="public-data"),
    path("performance/agency/<slug:code>/", views.agency, name="public-agency"),
    path("performance/<slug:period>/", views.figures, name="public-period"),
    path("performance/<slug:period>/agencies/", views.agencies, name="public-agencies"),
]

machine_urlpatterns = [
    path("open-data/dictionary.csv", views.dictionary_csv, name="open-data-dictionary-csv"),
    path("open-data/dictionary.json", views.dictionary_json, name="open-data-dictionary-json"),
    path("open-data/figures.json", views.all_json, name="open-data-json"),
    path("open-data/<slug:table>.csv", views.table_csv, name="open-data-csv"),
]
