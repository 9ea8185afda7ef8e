"""What was typed into a form and not sent: kept every few seconds, offered again, sent once."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import partial, wraps
from typing import Any, Final, cast
from uuid import UUID

from django import forms, template
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.template.context import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from accounts.decorators import signed_in_user
from accounts.models import User
from complaints.models import Case, SentForm, UnsentForm
from kit.compiled_reads import CompiledRead
from kit.upserts import insert_or_lock

# ---- The only way to keep, find and delete what a person typed and has not sent, and to send a form once. ----


#: How long the words wait for their owner after they were saved last, as the drafts of filing do.
LIFE: Final = timedelta(days=7)
#: How long words can be read that can no longer be sent, once they were shown: a page may be loaded again.
LIFE_ONCE_SHOWN: Final = timedelta(hours=1)
#: How long a device may repeat a form that was sent.
REPEATS_KNOWN: Final = timedelta(days=2)
#: Letters of one form with all its names, more than any form takes; and forms of one person.
MOST_LETTERS: Final = 60_000
MOST_FORMS: Final = 40
PREVIEW_LETTERS: Final = 90

type Fields = Sequence[tuple[str, str]]


class NotKept(Exception):
    """What was typed is not kept."""


class OlderPage(NotKept):
    """The same form was opened later in another tab, which has saved since."""


class TooMuch(NotKept):
    """The form is too long, or the person has too many unsent forms."""


class AlreadySent(Exception):
    """The form of this page was sent before."""


@dataclass(frozen=True)
class UnsentText:
    """What was typed into one form, as its owner reads it."""

    row: UnsentForm
    fields: Fields = field(default=())

    @property
    def last_on(self) -> datetime:
        """Return until when it is kept."""
        return self.row.saved_at + LIFE

    @property
    def url(self) -> str:
        """Return the page of the form, in the language of this page."""
        return opened_path(self.row.path)

    @property
    def words_url(self) -> str:
        """Return the page on which the words are read."""
        return words_path(self.row)

    @property
    def data(self) -> QueryDict:
        """Return the fields as they were posted."""
        return as_data(self.fields)

    @property
    def texts(self) -> list[str]:
        """Return the values that read as words, which are worth copying."""
        return words_in(value for _name, value in self.fields)

    @property
    def preview(self) -> str:
        """Return the beginning of the longest text."""
        text = " ".join(max(self.texts, key=len, default="").split())
        return text if len(text) <= PREVIEW_LETTERS else f"{text[:PREVIEW_LETTERS]}…"


def opened_path(path: str) -> str:
    """Return the path of an unsent form in the language of this page."""
    return f"/{get_language()}{path}"


def words_path(row: UnsentForm) -> str:
    """Return the page on which the owner of ``row`` reads what they left unsent."""
    name = "staff-unsent-form" if row.path.startswith("/staff/") else "unsent-form"
    return reverse(name, kwargs={"pk": row.pk})


def words_in(values: Iterable[str]) -> list[str]:
    """Return the values that a person typed as words, and not chose or ticked."""
    return [value for value in values if len(value.split()) > 1 or not value.isascii()]


def as_data(fields: Fields) -> QueryDict:
    """Return ``fields`` as a form posts them."""
    data = QueryDict(mutable=True)
    for name, value in fields:
        data.appendlist(name, value)
    return data


def new_key(*, at: datetime) -> UUID:
    """Return the key of a page opened at ``at``: greater than every key of a page opened a millisecond before."""
    return UUID(int=(int(at.timestamp() * 1000) << 80) | secrets.randbits(80))


def keep(user: User, path: str, fields: Fields, *, key: UUID, case: Case | None, at: datetime) -> UnsentForm:
    """Keep ``fields`` as the unsent form of ``path``; repeating changes nothing but the day until which it is kept.

    Locks the row. Raises ``OlderPage`` where a page opened later has saved, ``AlreadySent`` for the key of a form that
    was sent, ``TooMuch`` beyond a limit.
    """
    content = json.dumps(list(fields), ensure_ascii=False)
    if len(content) > MOST_LETTERS:
        raise TooMuch
    with transaction.atomic():
        if is_sent(key, user):
            raise AlreadySent
        row = UnsentForm.objects.select_for_update().filter(user=user, path=path).first()
        if row is None:
            if UnsentForm.objects.filter(user=user).count() >= MOST_FORMS:
                raise TooMuch
            # Another window may save first, and its form may be sent before this one has read it.
            new = UnsentForm(user=user, path=path, case=case, key=key, content=content, saved_at=at)
            row, is_new = insert_or_lock(new, key=("user", "path"))
            if is_new:
                return row
        if row.key > key:
            raise OlderPage
        row.key, row.content, row.saved_at, row.ended_at = key, content, at, None
        row.save(update_fields=["key", "content", "saved_at", "ended_at"])
    return row


def find(user: User, path: str, *, at: datetime) -> UnsentText | None:
    """Return what ``user`` left unsent on ``path``; None also for what is kept no longer."""
    row = _alive(at).filter(user=user, path=path, ended_at__isnull=True).first()
    return _read(row) if row else None


def find_by_id(user: User, pk: UUID, *, at: datetime) -> UnsentText | None:
    """Return the unsent form ``pk`` of ``user``, also one that can no longer be sent while it may still be read."""
    row = _alive(at).filter(user=user, pk=pk).select_related("case").first()
    if row is None or (row.ended_at and row.ended_at <= at - LIFE_ONCE_SHOWN):
        return None
    return _read(row)


def listed(user: User, *, at: datetime) -> list[UnsentText]:
    """Return what ``user`` left unsent, the newest first; one statement."""
    return [_read(row) for row in _LISTED.rows(user=user.pk, since=at - LIFE)]


def _listed(_shape: None, *, user: UUID, since: datetime) -> QuerySet[UnsentForm]:
    rows = UnsentForm.objects.filter(user=user, ended_at__isnull=True, saved_at__gt=since)
    return rows.select_related("case").order_by("-saved_at", "pk")


#: Asked by every page on which work begins.
_LISTED: Final = CompiledRead(_listed, is_prepared=True)


def end(user: User, path: str, *, at: datetime) -> UnsentForm | None:
    """Note that the form of ``path`` can no longer be sent; return what was left there, to be read a last time."""
    row = _alive(at).filter(user=user, path=path, ended_at__isnull=True).first()
    if row is not None:
        row.ended_at = at
        # Sent from another window meanwhile, it is there no longer.
        UnsentForm.objects.filter(pk=row.pk).update(ended_at=at)
    return row


def discard(user: User, path: str) -> None:
    """Delete what ``user`` left unsent on ``path``."""
    UnsentForm.objects.filter(user=user, path=path).delete()


def is_sent(key: UUID, user: User) -> bool:
    """Tell whether ``user`` has sent the form of the page with ``key``."""
    return SentForm.objects.filter(key=key, user=user).exists()


def send(user: User, path: str, *, key: UUID | None, at: datetime) -> None:
    """Delete the unsent form of ``path`` and note that it was sent, in the caller's transaction.

    Of two who send the same page the second waits for the first. Raises ``AlreadySent`` for a key that was sent.
    """
    if key is not None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO complaints_sentform (key, user_id, sent_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                [key, user.pk, at],
            )
            if not cursor.rowcount:
                raise AlreadySent
    discard(user, path)


def delete_expired(*, at: datetime, most: int) -> int:
    """Delete unsent forms kept for seven days, those shown a last time, and old keys; return how many forms."""
    old = UnsentForm.objects.filter(saved_at__lte=at - LIFE) | UnsentForm.objects.filter(
        ended_at__lte=at - LIFE_ONCE_SHOWN
    )
    deleted, _by_model = UnsentForm.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:most])).delete()
    SentForm.objects.filter(sent_at__lte=at - REPEATS_KNOWN).delete()
    return deleted


def _alive(at: datetime) -> QuerySet[UnsentForm]:
    return UnsentForm.objects.filter(saved_at__gt=at - LIFE)


def _read(row: UnsentForm) -> UnsentText:
    return UnsentText(row, [(name, value) for name, value in json.loads(row.content)])


# ---- Pages that keep what is typed into their form: saved by script, by an answer with errors, and deleted
# when sent.


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
    send(signed_in_user(http), _posted_path(http), key=posted_key(http.POST), at=at)
    _set_end(http, _End.SENT)


def leave_unsent(http: HttpRequest) -> None:
    """Note that a page leads elsewhere without having sent its form: what was typed comes back on the page."""
    _set_end(http, _End.LEFT)


def last_words(http: HttpRequest, otherwise: HttpResponse, *, at: datetime) -> HttpResponse:
    """Lead to what was posted to a page that can no longer send it, to be copied; ``otherwise`` where no words were."""
    row = _ended_words(http, at=at)
    return redirect(words_path(row)) if row else otherwise


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


def typed_fields(data: QueryDict) -> Fields:
    """Return what a person typed or chose in a form."""
    return [
        (name, str(value))
        for name, values in data.lists()
        if name not in NOT_TYPED and not any(secret in name for secret in SECRETS)
        for value in values
    ]


def keep_posted(user: User, path: str, fields: Fields, *, key: UUID, case: Case | None, at: datetime) -> bool:
    """Keep ``fields`` if there is something to keep and room for it; tell whether they are kept."""
    if not any(value.strip() for _name, value in fields):
        return False
    try:
        keep(user, path, fields, key=key, case=case, at=at)
    except (NotKept, AlreadySent):
        return False
    return True


def keep_unanswered(http: HttpRequest, *, at: datetime) -> None:
    """Keep what was posted to a page that could not answer it, where the page keeps its form."""
    match = http.resolver_match
    if http.method != "POST" or match is None or not getattr(match.func, "keeps_unsent_form", False):
        return
    key = posted_key(http.POST) or new_key(at=at)
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
        row = end(signed_in_user(http), form_path(http.path_info), at=at)
        if row is not None:
            return redirect(words_path(row))
    if response is None:
        raise missing or Http404
    return response


def _posted(
    view: Callable[[], HttpResponse], http: HttpRequest, reference: str, *, until_redirect: bool, at: datetime
) -> HttpResponse:
    """Answer a form that was posted; what was not sent is kept."""
    user, key = signed_in_user(http), posted_key(http.POST)
    if key and is_sent(key, user):
        return _sent_before(http, reference, at=at)
    try:
        response = _answered(view, http, at=at)
    except AlreadySent:
        return _sent_before(http, reference, at=at)
    if until_redirect and is_redirect(response) and _end(http) is None:
        with suppress(AlreadySent):
            mark_sent(http, at=at)
        return response
    if _end(http) in {_End.SENT, _End.SHOWN}:
        return response
    if response.status_code == CONFLICT and key and is_sent(key, user):
        return _sent_before(http, reference, at=at)
    case = visible_case(user, reference, at=at) if reference else None
    keep_posted(user, _posted_path(http), typed_fields(http.POST), key=key or new_key(at=at), case=case, at=at)
    return response


def _answered(view: Callable[[], HttpResponse], http: HttpRequest, *, at: datetime) -> HttpResponse:
    """Answer a form; its words are shown a last time where somebody has settled or ended meanwhile what it is about."""
    try:
        return view()
    except Http404:
        row = _ended_words(http, at=at)
        if row is None:
            raise
        return redirect(words_path(row))


def _saved(http: HttpRequest, reference: str, *, at: datetime) -> HttpResponse:
    """Keep what the script sends, and tell it whether that worked; 404 for the case of a stranger."""
    user, path = signed_in_user(http), _posted_path(http)
    case = visible_case(user, reference, at=at) if reference else None
    if reference and case is None and find(user, path, at=at) is None:
        raise Http404
    why = ""
    try:
        key = posted_key(http.POST) or new_key(at=at)
        keep(user, path, typed_fields(http.POST), key=key, case=case, at=at)
    except OlderPage:
        why = "older"
    except TooMuch:
        why = "much"
    except AlreadySent:
        why = "sent"
    return JsonResponse({"kept": not why, "why": why})


def _ended_words(http: HttpRequest, *, at: datetime) -> UnsentForm | None:
    """Keep the words posted to a page of a form as what can no longer be sent; None where there are none."""
    key, fields = posted_key(http.POST), typed_fields(http.POST)
    if key is None or not words_in(value for _name, value in fields):
        return None
    user, path = signed_in_user(http), _posted_path(http)
    if not keep_posted(user, path, fields, key=key, case=None, at=at):
        return None
    _set_end(http, _End.SHOWN)
    return end(user, path, at=at)


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


# ---- The mark by which the scripts of a page know whose page it is, without a name or a key. ----


def person_mark(user: User | AnonymousUser) -> str:
    """Return the mark of a person, the same in every session of theirs; empty for a visitor."""
    if not user.is_authenticated:
        return ""
    return salted_hmac("mark of a person", str(user.pk), algorithm="sha256").hexdigest()[:16]


# ---- The page on which a person reads what they left unsent: to go on, to begin again, or to copy it a last
# time.


def own_unsent_form(http: HttpRequest, pk: UUID, *, at: datetime) -> UnsentText:
    """Return the unsent form ``pk`` of the signed-in user or raise Http404, alike for a missing one and another's."""
    found = find_by_id(signed_in_user(http), pk, at=at)
    if found is None:
        raise Http404
    return found


def begin_again(http: HttpRequest, unsent: UnsentText) -> HttpResponse:
    """Delete what was left unsent; go to the empty form, or to the start where it can no longer be sent."""
    user = signed_in_user(http)
    discard(user, unsent.row.path)
    if unsent.row.ended_at is None:
        return redirect(unsent.url)
    return redirect("desk" if user.is_staff else "cases")


# ---- The template tags of forms whose text is kept. ----


register = template.Library()


@register.simple_tag(takes_context=True)
def unsent_form(context: Context, *, form: forms.BaseForm | None = None, to: str = "", part: str = "") -> SafeString:
    """Write what a form needs to be kept, and fill it with what its reader left there; stands before its fields.

    ``to`` is the address the form is posted to, where that is another page; ``part`` tells two forms of a page apart.
    """
    request, at = context["request"], timezone.now()
    found = None
    if request.method != "POST" and form is not None and not form.is_bound:
        found = find(request.user, form_path(to or request.path_info, part), at=at)
        if found is not None:
            restore(form, found.data)
    return render_to_string("complaints/unsent_forms/form.html", {"key": new_key(at=at), "part": part, "found": found})


@register.simple_tag(takes_context=True, name="person_mark")
def mark_of_reader(context: Context) -> str:
    """Return a mark by which the script of a page knows whether the same person is still signed in."""
    return person_mark(context["request"].user)


def restore(form: forms.BaseForm, data: QueryDict) -> None:
    """Fill an unbound form with what was typed, wrong or incomplete as it may be; hidden fields and files stay."""
    for name, shown in form.fields.items():
        widget, html_name = shown.widget, form.add_prefix(name)
        if widget.is_hidden or widget.needs_multipart_form:
            continue
        if not widget.value_omitted_from_data(data, MultiValueDict(), html_name):
            form.initial[name] = widget.value_from_datadict(data, MultiValueDict(), html_name)
