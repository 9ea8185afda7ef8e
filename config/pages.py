"""The pages that only say things: help, contact, policy, privacy, accessibility; and what a browser installs."""

import json
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts import policy
from complaints.attachments.recognition import ACCEPT
from complaints.clocks import clockwork
from complaints.models.case import DETAILS_LENGTH
from complaints.workflow import State
from config import help_search
from kit.shared_answers import kept_by_everybody

LANGUAGES = ("ar", "en")
# All the service worker keeps. No page with anything personal is among them: phones are shared.
KEPT_FILES = (
    "css/tokens.css",
    "css/components.css",
    "js/app.js",
    "js/kept.js",
    "js/kept_page.js",
    "js/kept_send.js",
    "js/offline.js",
    "js/photos.js",
    "img/icon.svg",
    "fonts/bk-arabic-400.woff2",
    "fonts/bk-arabic-600.woff2",
    "fonts/bk-latin-400.woff2",
    "fonts/bk-latin-600.woff2",
)


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Answer the questions people ask most, all of them or those with the words that were looked for."""
    form = help_search.HelpSearchForm(request.GET)
    question = form.cleaned_data["q"] if form.is_valid() else ""
    context = {"competence_days": clockwork.days_in(State.REFERRED), "status_number": settings.SMS_STATUS_NUMBER}
    texts = help_search.split(render_to_string(f"pages/help/{get_language()}.html", context))
    found = help_search.find(texts.sections, question) if question else []
    return render(request, "pages/help.html", {"form": form, "question": question, "texts": texts, "found": found})


@login_not_required
@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Say how to reach the people behind the service; what is not set is not mentioned."""
    language = str(get_language()).upper()
    context = {
        "hours": getattr(settings, f"CONTACT_HOURS_{language}"),
        "address": getattr(settings, f"CONTACT_ADDRESS_{language}"),
        "relay": getattr(settings, f"RELAY_{language}"),
        "email": settings.CONTACT_EMAIL,
    }
    return render(request, "pages/contact.html", context)


@login_not_required
@require_safe
def usage_policy(request: HttpRequest) -> HttpResponse:
    """Show the usage policy in the version that is accepted now."""
    return render(request, "pages/usage_policy.html", policy.in_force(timezone.now()).context(get_language() or "ar"))


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say what is kept about people, who reads it, and for how long."""
    return render(request, "pages/privacy.html", {"text": f"pages/privacy/{get_language()}.html"})


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say how the pages can be used and where to report a barrier."""
    return render(request, "pages/accessibility.html", {"text": f"pages/accessibility/{get_language()}.html"})


@login_not_required
@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """Show what the service worker keeps for the moments without a network; it names nobody."""
    return render(request, "pages/offline.html", _offline_context())


def _offline_context() -> dict[str, Any]:
    return {"accept": ACCEPT, "longest": str(DETAILS_LENGTH)}


# ---- what a browser installs ----


@login_not_required
@require_safe
@kept_by_everybody(seconds=24 * 3600)
def manifest(request: HttpRequest, language: str) -> JsonResponse:  # noqa: ARG001 - Django passes it
    """Describe the application in one language, for the home screen of a telephone."""
    if language not in LANGUAGES:
        raise Http404
    with override(language):
        content = _manifest(language)
    return JsonResponse(content, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


def _manifest(language: str) -> dict[str, Any]:
    return {
        "id": f"/{language}/",
        "name": gettext("At Your Service – Government complaints"),
        "short_name": gettext("At Your Service"),
        "lang": language,
        "dir": "rtl" if language == "ar" else "ltr",
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f7f5f1",
        "theme_color": "#083c45",
        "icons": [
            _app_icon("icon-192", 192),
            _app_icon("icon-512", 512),
            _app_icon("icon-mask-512", 512, purpose="maskable"),
        ],
        "shortcuts": [
            {"name": gettext("Make a complaint"), "url": reverse("new", kwargs={"kind": "complaint"})},
            {"name": gettext("My cases"), "url": reverse("cases")},
            {"name": gettext("Track a case"), "url": reverse("track")},
        ],
        "share_target": _share_target(),
    }


def _share_target() -> dict[str, Any]:
    """Return how a device hands over what somebody shares with the app."""
    files = [{"name": "attachments", "accept": ACCEPT.split(",")}]
    return {
        "action": reverse("share"),
        "method": "POST",
        "enctype": "multipart/form-data",
        "params": {"title": "title", "text": "text", "url": "url", "files": files},
    }


def _app_icon(name: str, size: int, *, purpose: str = "any") -> dict[str, str]:
    return {"src": static(f"img/{name}.png"), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}


@login_not_required
@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Serve the service worker from the root, so that it may watch every page."""
    return render(request, "pages/sw.js", {"kept": json.dumps(_kept())}, content_type="text/javascript; charset=utf-8")


@cache
def _kept() -> dict[str, Any]:
    """Return what the worker keeps, under a name that changes whenever any of it does."""
    pages = {language: _offline_page(language) for language in LANGUAGES}
    files = [*(static(name) for name in KEPT_FILES), *(page.address for page in pages.values())]
    digest = sha256(" ".join([*files, *(page.text for page in pages.values())]).encode()).hexdigest()
    return {
        "name": f"kept-{digest[:12]}",
        "files": files,
        "offline": {language: page.address for language, page in pages.items()},
        "static": settings.STATIC_URL,
        "share": [reversed_in(language, "share") for language in LANGUAGES],
        "leave": [reversed_in(language, "sign-out") for language in LANGUAGES],
        "drafts": static("js/kept.js"),
        "icon": static("img/icon-192.png"),
    }


def reversed_in(language: str, name: str) -> str:
    """Return the address of a page in a language."""
    with override(language):
        return reverse(name)


class OfflinePage(NamedTuple):
    """Where an offline page lives, and its text."""

    address: str
    text: str


def _offline_page(language: str) -> OfflinePage:
    with override(language):
        return OfflinePage(reverse("offline"), render_to_string("pages/offline.html", _offline_context()))
