"""What machines ask a site for: robots.txt, security.txt (RFC 9116) and the icon at the address all browsers know."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.utils import timezone
from django.views.decorators.http import require_safe

from kit.shared_answers import kept_by_everybody

PLAIN: Final = "text/plain; charset=utf-8"
#: A reader takes the file for out of date after this; it is made anew with every request.
SECURITY_LIFE: Final = timedelta(days=30)
#: Pages of one person: no search engine has anything to look for there. What a secret link opens is not named here: it
#: says itself that it is not to be found (``kit.link_pages``), which only a search engine reads that may open it.
NOT_FOR_ROBOTS: Final = ("cases/", "account/", "new/", "track/", "sign-in/", "staff/")


@login_not_required
@require_safe
@kept_by_everybody(seconds=24 * 3600)
def robots(_request: HttpRequest) -> HttpResponse:
    """Tell search engines which pages are nobody else's business; what is secret is protected otherwise."""
    paths = [f"/{language}/{path}" for language, _name in settings.LANGUAGES for path in NOT_FOR_ROBOTS]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in [*paths, "/callbacks/", "/health/"])]
    return HttpResponse("\n".join([*lines, ""]), content_type=PLAIN)


@login_not_required
@require_safe
@kept_by_everybody(seconds=3600)
def security(_request: HttpRequest) -> HttpResponse:
    """Say where a weakness is reported; 404 while no contact is set."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = (timezone.now() + SECURITY_LIFE).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: ar, en",
        f"Canonical: {settings.PUBLIC_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type=PLAIN)


@login_not_required
@require_safe
@kept_by_everybody(seconds=24 * 3600)
def favicon(_request: HttpRequest) -> HttpResponse:
    """Lead browsers that ask for the icon without reading the page to its file."""
    return HttpResponseRedirect(static("img/favicon.ico"))
