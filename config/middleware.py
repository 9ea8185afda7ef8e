"""What every request passes: its address, size, language and session, and what may be kept of the answer."""

from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render, resolve_url
from django.template import loader
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.views.defaults import bad_request

from accounts.models import User
from accounts.sign_in import devices, held_forms
from complaints.unsent_forms import WISH_FIELD
from config import api_answers
from config.own_site import OWN_SITE
from config.staff_pages import is_staff_page
from kit import browser_powers

GetResponse = Callable[[HttpRequest], HttpResponseBase]

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


class TrustedProxies:
    """Put the client's address in REMOTE_ADDR when, and only when, known proxies stand in front.

    Each trusted proxy appends the address it saw, so the client is counted from the right by TRUSTED_PROXIES; whatever
    the client wrote itself stands further left and is never read.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Settle the address."""
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        if settings.TRUSTED_PROXIES and (address := _hop(forwarded, settings.TRUSTED_PROXIES)):
            request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def _hop(forwarded: str, count: int) -> str:
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    if len(hops) < count:
        return ""
    try:
        return str(ip_address(hops[-count]))
    except ValueError:
        return ""


class RequestLimits:
    """Refuse odd methods, bodies and encodings beyond any form of ours, and NUL, which PostgreSQL cannot store."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 405, 413 or 415 where no page would answer anything else."""
        methods = METHODS | api_answers.METHODS if api_answers.is_api(request) else METHODS
        if request.method not in methods:
            return HttpResponseNotAllowed(sorted(methods))
        if _declared_length(request) > settings.REQUEST_MAX_BYTES:
            return _too_large(request)
        if _is_in_another_alphabet(request):
            return HttpResponse(status=415)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Refuse NUL in the address; forms refuse it beside the field."""
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer 400 where NUL came to the database from what no person types: a hidden field, a button."""
        is_nul = isinstance(error, DataError) and any("\x00" in value for _name, value in _posted(request))
        return bad_request(request, error) if is_nul else None


def _posted(request: HttpRequest) -> Iterator[tuple[str, str]]:
    return ((name, str(value)) for name, values in request.POST.lists() for value in values)


def _too_large(request: HttpRequest) -> HttpResponse:
    """Return the page for a body that is not read; no later middleware has set the language."""
    with translation.override(translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE):
        return HttpResponse(loader.get_template("413.html").render(), status=413)


def _declared_length(request: HttpRequest) -> int:
    declared = request.META.get("CONTENT_LENGTH") or "0"
    return int(declared) if declared.isdecimal() else 0


def _is_in_another_alphabet(request: HttpRequest) -> bool:
    """Tell whether a form says it is not UTF-8: Django refuses it only as it reads it, and again on the error page."""
    is_form = request.content_type == "application/x-www-form-urlencoded"
    return is_form and (request.encoding or "utf-8").lower() != "utf-8"


class PermissionsPolicy:
    """Switch off the powers of the browser that a page does not ask for by ``allows_powers``."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add the header, and the one by which other sites cannot embed an answer of ours."""
        response = self.get_response(request)
        response.headers.setdefault(browser_powers.HEADER, browser_powers.permissions_policy())
        response.headers.setdefault(*OWN_SITE)
        return response


class LanguageByPrefix(LocaleMiddleware):
    """Take the language from the address alone: Arabic unless it says otherwise.

    A browser set to English must not turn the first visit left to right, so Accept-Language is read of apps alone.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Activate the language of the prefix, or the default."""
        if api_answers.is_api(request):
            language = api_answers.asked_language(request)
        else:
            language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the prefix to an address that lacks it; the answer varies with nothing but the address."""
        response = super().process_response(request, response)
        varies = [part for part in response.headers.get("Vary", "").split(", ") if part and part != "Accept-Language"]
        if varies:
            response.headers["Vary"] = ", ".join(varies)
        else:
            response.headers.pop("Vary", None)
        return response


class NotAllowedPage:
    """Put words on a 405: whoever opens the address of a form reads what to do instead of an empty page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with the page, and with the methods that are allowed."""
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        page = render(request, "405.html", status=response.status_code)
        page.headers["Allow"] = response.headers["Allow"]
        return page


class SignInRequired(LoginRequiredMiddleware):
    """Send whoever is not signed in to the right sign-in page: from staff pages to that of the staff."""

    def handle_no_permission(self, request: HttpRequest, view_func: Callable[..., Any]) -> HttpResponseRedirect:
        """Redirect to the staff sign-in below `/staff/`, else to that of citizens; hold a form until they are back."""
        sign_in_page = settings.STAFF_LOGIN_URL if is_staff_page(request) else self.get_login_url(view_func)
        # What a script saves by itself stays on its page.
        is_form = request.method == "POST" and WISH_FIELD not in request.POST
        token = held_forms.hold(request, at=timezone.now()) if is_form else ""
        target = reverse("held-form") if token else request.get_full_path()
        response = redirect_to_login(target, resolve_url(sign_in_page), self.get_redirect_field_name(view_func))
        if token:
            held_forms.give_reference(response, token)
        return response


class IdleSession:
    """End a session after thirty idle minutes, writing it at most once a minute.

    Django can only push the end forward by writing the session with every request, which would be a statement a page.
    """

    EVERY_SECONDS = 60

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Leave the request to its view, which may be one that nobody asked for."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], _args: object, _kwargs: object) -> None:
        """Note the time, if the last note is a minute old; not where a page asks by itself."""
        if not getattr(view, "keeps_no_session", False) and request.user.is_authenticated:
            self._keep_alive(request)

    def _keep_alive(self, request: HttpRequest) -> None:
        seen = int(timezone.now().timestamp())
        if seen - request.session.get("seen", 0) >= self.EVERY_SECONDS:
            request.session["seen"] = seen


class KnownDevices:
    """Mark the device of whoever is signed in, so that strangers who fail elsewhere do not lock its owner out of it.

    And note who it is, so that a form sent after the session has ended comes back to that person alone.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Set the cookie with the first answer after a sign-in, and again after the password was changed."""
        response = self.get_response(request)
        # A page that asks for nobody's session stays one without a statement.
        if request.session.accessed and isinstance(request.user, User):
            devices.remember(request, response, request.user)
            held_forms.mark_person(request, response, request.user)
        return response


class PrivatePages:
    """Let nobody keep a signed-in page: phones are shared, and Back must not show what was there."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Forbid keeping, where the view has not decided for itself."""
        response = self.get_response(request)
        if not response.has_header("Cache-Control") and request.user.is_authenticated:
            add_never_cache_headers(response)
            response.headers["Cache-Control"] = "no-store, private"
        return response
