"""Pages that keep what is typed into their form: saved by script, by an answer with errors, and deleted when sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from enum import Enum, auto
from functools import partial, wraps
from typing import Any, Final, cast
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext

from accounts.decorators import signed_in_user
from accounts.models import User
from complaints.models import Case, UnsentForm
from complaints.unsent_forms import store

type View = Callable[..., HttpResponse]

#: The hidden field with the key of the page, and the field by which the script says that nothing is to be sent.
KEY_FIELD: Final = "form_key"
#: The hidden field that tells two forms of one page apart.
PART_FIELD: Final = "form_part"
WISH_FIELD, SAVE = "unsent", "save"
#: What of a form is not typed by a person.
NOT_TYPED: Final = frozenset(
    {
        "csrfmiddlewaretoken",
        KEY_FIELD,
        PART_FIELD,
        WISH_FIELD,
        "version",
        "edition",
        "send",
        "change",
        "quick",
        "propose",
        "agency_seen",
    }
)
#: Names of fields whose value is never kept.
SECRETS: Final = ("password", "code")
LONGEST_PART: Final = 20
OK, CONFLICT, REDIRECTS = 200, 409, 3


class _End(Enum):
    """What a view has said of the form that was posted to it."""

    SENT = auto()
    #: The page leads elsewhere, and what was typed comes back when it is opened again.
    LEFT = auto()
    #: It can no longer be sent; its words are shown a last time.
    SHOWN = auto()


def keeps_unsent_form(view: View) -> View:
    """Keep what is typed on a page until it is sent; the view says so by ``sending`` or ``mark_sent``.

    A page that can no longer be sent leads its owner to what they had written there. Stands below the decorators that
    say who may open the page. A view of a case has its number in ``ref``.
    """
    return _keeping(view, until_redirect=False)


def keeps_unsent_form_until_redirect(view: View) -> View:
    """Keep what is typed on a page that says nothing of sending: an answer that leads elsewhere has sent it."""
    return _keeping(view, until_redirect=True)


def _keeping(view: View, *, until_redirect: bool) -> View:
    @wraps(view)
    def page(http: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        at, bound = timezone.now(), partial(view, http, *args, **kwargs)
        reference = "" if until_redirect else kwargs.get("ref", "")
        if http.method != "POST":
            return _opened(bound, http, at)
        if http.POST.get(WISH_FIELD) == SAVE:
            return _saved(http, reference, at=at)
        return _posted(bound, http, reference, until_redirect=until_redirect, at=at)

    page.keeps_unsent_form = True  # type: ignore[attr-defined] # read after a sign-in, where a form comes back
    return page


@contextmanager
def sending(http: HttpRequest, *, at: datetime) -> Iterator[None]:
    """Send the form of this page in one transaction with the block; raises ``store.AlreadySent`` the second time."""
    with transaction.atomic():
        mark_sent(http, at=at)
        try:
            yield
        except BaseException:
            _set_end(http, None)
            raise


def mark_sent(http: HttpRequest, *, at: datetime) -> None:
    """Note that the form of this page is sent, in the caller's transaction; raises ``store.AlreadySent``."""
    store.send(signed_in_user(http), _posted_path(http), key=posted_key(http.POST), at=at)
    _set_end(http, _End.SENT)


def leave_unsent(http: HttpRequest) -> None:
    """Note that a page leads elsewhere without having sent its form: what was typed comes back on the page."""
    _set_end(http, _End.LEFT)


def last_words(http: HttpRequest, otherwise: HttpResponse, *, at: datetime) -> HttpResponse:
    """Lead to what was posted to a page that can no longer send it, to be copied; ``otherwise`` where no words were."""
    row = _ended_words(http, at=at)
    return redirect(store.words_path(row)) if row else otherwise


def is_redirect(response: HttpResponse) -> bool:
    """Tell whether an answer leads elsewhere."""
    return response.status_code // 100 == REDIRECTS


def form_path(path: str, part: str = "") -> str:
    """Return the path of a page without its language, and the part of the page that a form is: by it, it is found."""
    return "/" + path.split("/", 2)[-1] + (f"#{part}" if part else "")


def posted_key(data: QueryDict) -> UUID | None:
    """Return the key of the page that was posted, None without one."""
    try:
        return UUID(data.get(KEY_FIELD, ""))
    except ValueError:
        return None


def typed_fields(data: QueryDict) -> store.Fields:
    """Return what a person typed or chose in a form."""
    return [
        (name, str(value))
        for name, values in data.lists()
        if name not in NOT_TYPED and not any(secret in name for secret in SECRETS)
        for value in values
    ]


def keep_posted(user: User, path: str, fields: store.Fields, *, key: UUID, case: Case | None, at: datetime) -> bool:
    """Keep ``fields`` if there is something to keep and room for it; tell whether they are kept."""
    if not any(value.strip() for _name, value in fields):
        return False
    try:
        store.keep(user, path, fields, key=key, case=case, at=at)
    except (store.NotKept, store.AlreadySent):
        return False
    return True


def keep_unanswered(http: HttpRequest, *, at: datetime) -> None:
    """Keep what was posted to a page that could not answer it, where the page keeps its form."""
    match = http.resolver_match
    if http.method != "POST" or match is None or not getattr(match.func, "keeps_unsent_form", False):
        return
    key = posted_key(http.POST) or store.new_key(at=at)
    keep_posted(signed_in_user(http), _posted_path(http), typed_fields(http.POST), key=key, case=None, at=at)


def visible_case(user: User, reference: str, *, at: datetime) -> Case | None:
    """Return the case of that number if the user may see it."""
    return Case.objects.visible_to(user, at=at).only("pk").filter(reference=reference).first()


def _opened(view: Callable[[], HttpResponse], http: HttpRequest, at: datetime) -> HttpResponse:
    """Answer whoever opens the page; what they had written comes instead of a page that offers no form any more."""
    try:
        response, missing = view(), None
    except Http404 as error:
        response, missing = None, error
    if http.method == "GET" and (response is None or response.status_code != OK):
        row = store.end(signed_in_user(http), form_path(http.path_info), at=at)
        if row is not None:
            return redirect(store.words_path(row))
    if response is None:
        raise missing or Http404
    return response


def _posted(
    view: Callable[[], HttpResponse], http: HttpRequest, reference: str, *, until_redirect: bool, at: datetime
) -> HttpResponse:
    """Answer a form that was posted; what was not sent is kept."""
    user, key = signed_in_user(http), posted_key(http.POST)
    if key and store.is_sent(key, user):
        return _sent_before(http, reference, at=at)
    try:
        response = _answered(view, http, at=at)
    except store.AlreadySent:
        return _sent_before(http, reference, at=at)
    if until_redirect and is_redirect(response) and _end(http) is None:
        with suppress(store.AlreadySent):
            mark_sent(http, at=at)
        return response
    if _end(http) in {_End.SENT, _End.SHOWN}:
        return response
    if response.status_code == CONFLICT and key and store.is_sent(key, user):
        return _sent_before(http, reference, at=at)
    case = visible_case(user, reference, at=at) if reference else None
    keep_posted(user, _posted_path(http), typed_fields(http.POST), key=key or store.new_key(at=at), case=case, at=at)
    return response


def _answered(view: Callable[[], HttpResponse], http: HttpRequest, *, at: datetime) -> HttpResponse:
    """Answer a form; its words are shown a last time where somebody has settled or ended meanwhile what it is about."""
    try:
        return view()
    except Http404:
        row = _ended_words(http, at=at)
        if row is None:
            raise
        return redirect(store.words_path(row))


def _saved(http: HttpRequest, reference: str, *, at: datetime) -> HttpResponse:
    """Keep what the script sends, and tell it whether that worked; 404 for the case of a stranger."""
    user, path = signed_in_user(http), _posted_path(http)
    case = visible_case(user, reference, at=at) if reference else None
    if reference and case is None and store.find(user, path, at=at) is None:
        raise Http404
    why = ""
    try:
        key = posted_key(http.POST) or store.new_key(at=at)
        store.keep(user, path, typed_fields(http.POST), key=key, case=case, at=at)
    except store.OlderPage:
        why = "older"
    except store.TooMuch:
        why = "much"
    except store.AlreadySent:
        why = "sent"
    return JsonResponse({"kept": not why, "why": why})


def _ended_words(http: HttpRequest, *, at: datetime) -> UnsentForm | None:
    """Keep the words posted to a page of a form as what can no longer be sent; None where there are none."""
    key, fields = posted_key(http.POST), typed_fields(http.POST)
    if key is None or not store.words_in(value for _name, value in fields):
        return None
    user, path = signed_in_user(http), _posted_path(http)
    if not keep_posted(user, path, fields, key=key, case=None, at=at):
        return None
    _set_end(http, _End.SHOWN)
    return store.end(user, path, at=at)


def _sent_before(http: HttpRequest, reference: str, *, at: datetime) -> HttpResponse:
    """Say that the form was sent before, and go where its first sending led."""
    user = signed_in_user(http)
    messages.info(http, gettext("This was already sent. It was not sent a second time."))
    if not reference or visible_case(user, reference, at=at) is None:
        return redirect("desk" if user.is_staff else "home")
    return redirect("desk-case" if user.is_staff else "case", ref=reference)


def _posted_path(http: HttpRequest) -> str:
    return form_path(http.path_info, http.POST.get(PART_FIELD, "")[:LONGEST_PART])


def _end(http: HttpRequest) -> _End | None:
    return getattr(http, "form_end", None)


def _set_end(http: HttpRequest, end: _End | None) -> None:
    cast("Any", http).form_end = end
