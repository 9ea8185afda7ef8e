"""The addresses of the public pages, and of the open data, which have no language."""

from django.urls import path

from reports.public import pages

urlpatterns = [
    path("performance/", pages.figures, name="public-figures"),
    path("performance/data/", pages.data, name="public-data"),
    path("performance/agency/<slug:code>/", pages.agency, name="public-agency"),
    path("performance/<slug:period>/", pages.figures, name="public-period"),
    path("performance/<slug:period>/agencies/", pages.agencies, name="public-agencies"),
]

machine_urlpatterns = [
    path("open-data/dictionary.csv", pages.dictionary_csv, name="open-data-dictionary-csv"),
    path("open-data/dictionary.json", pages.dictionary_json, name="open-data-dictionary-json"),
    path("open-data/figures.json", pages.all_json, name="open-data-json"),
    path("open-data/<slug:table>.csv", pages.table_csv, name="open-data-csv"),
]
