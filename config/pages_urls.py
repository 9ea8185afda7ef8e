"""Addresses of the pages that only say things."""

from django.urls import path

from config import pages

urlpatterns = [
    path("help/", pages.help_page, name="help"),
    path("usage/", pages.usage_policy, name="usage-policy"),
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("offline/", pages.offline, name="offline"),
]

machine_urlpatterns = [
    path("manifest.<slug:language>.webmanifest", pages.manifest, name="manifest"),
    path("sw.js", pages.service_worker, name="service-worker"),
]
