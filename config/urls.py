"""All addresses: machine ones without a language, pages below `/ar/` or `/en/`."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.urls.resolvers import RoutePattern

from accounts import urls as accounts
from complaints import urls as complaints
from config import api_docs, health, pages_urls as pages
from config.api_answers import ROOT
from config.later_addresses import LaterAddresses
from config.monitoring import urls as monitoring
from notifications import urls as notifications
from reports import urls as reports

handler404 = "config.errors.not_found"
handler500 = "config.errors.failed"

admin_urlpatterns = [path("admin/", admin.site.urls)] if settings.ADMIN_ENABLED else []

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("", include(monitoring.machine_urlpatterns)),
    path(f"{ROOT.removeprefix('/')}openapi.json", api_docs.openapi, name="api-document"),
    # Apps are few beside pages, and what reads their requests takes as much memory as a seventh of all else.
    LaterAddresses(RoutePattern(ROOT.removeprefix("/")), "config.api"),
    path("", include(pages.machine_urlpatterns)),
    path("", include(accounts.machine_urlpatterns)),
    path("", include(notifications.machine_urlpatterns)),
    path("", include(complaints.machine_urlpatterns)),
    path("", include(reports.machine_urlpatterns)),
    *i18n_patterns(
        path("", include(pages.urlpatterns)),
        path("", include(monitoring.urlpatterns)),
        path("", include(accounts.urlpatterns)),
        path("", include(notifications.urlpatterns)),
        path("", include(complaints.urlpatterns)),
        path("", include(reports.urlpatterns)),
        path("", include(admin_urlpatterns)),
        prefix_default_language=True,
    ),
]
