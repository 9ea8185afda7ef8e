"""Addresses of the pages that only say things, of a form given back, and of the messages of a demonstration."""

from django.urls import path

from accounts.demo import current_codes
from config import api_docs, held_form, pages, trust_files
from notifications.web import dev_outbox

urlpatterns = [
    path("help/", pages.help_page, name="help"),
    path("contact/", pages.contact, name="contact"),
    path("usage/", pages.usage_policy, name="usage-policy"),
    path("privacy/", pages.privacy, name="privacy"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("developers/", api_docs.developers, name="developers"),
    path("offline/", pages.offline, name="offline"),
    path("form/held/", held_form.held_form, name="held-form"),
]

machine_urlpatterns = [
    path("dev/outbox/", dev_outbox, {"current_codes": current_codes}, name="dev-outbox"),
    path("manifest.<slug:language>.webmanifest", pages.manifest, name="manifest"),
    path("robots.txt", trust_files.robots, name="robots"),
    path(".well-known/security.txt", trust_files.security, name="security-contact"),
    path("favicon.ico", trust_files.favicon, name="favicon"),
    path("sw.js", pages.service_worker, name="service-worker"),
]
