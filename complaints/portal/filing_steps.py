"""What the steps of filing share: the draft a request names, the way to a step, and the context of its page."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import wraps
from typing import Any, Final, Self

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.decorators import citizen_required, handles_rate_limits, signed_in_citizen, signed_in_user
from accounts.models import Citizen
from accounts.rate_limits import client_address, network
from agencies.free_text.reader import LONGEST as READER_LONGEST
from complaints.attachments import uploads
from complaints.attachments.fields import uploader_key
from complaints.case_text.kinds import KindWords, words_of_kind
from complaints.escalation.expiry import VISITOR_DRAFT_LIFE, last_day
from complaints.filing import drafting
from complaints.filing.agency_form import TOPIC
from complaints.filing.drafting import Writer
from complaints.filing.understanding import (
    NOTHING_UNDERSTOOD,
    TopicFit,
    Understood,
    draft_query,
    preselect,
    problems_for,
    understood,
)
from complaints.models import Draft
from complaints.suggestions.everyday import agencies_for, danger_in
from complaints.workflow import Kind
from kit.crypto import lookup
from kit.unit import unit_name

#: The status of a page that could not keep a draft.
TOO_MANY_REQUESTS = 429
TOO_MANY_DRAFTS = _(
    "You have too many unfinished drafts. Finish or delete one first. What you wrote is still on this page."
)
TOO_MANY_VISITORS = _(
    "Too many drafts were begun here without signing in. Copy what you wrote, sign in, and paste it; or try again in "
    "an hour."
)


def draft_token(request: HttpRequest) -> uuid.UUID | None:
    """Return the key of the draft that the page belongs to, None where it names none."""
    try:
        return uuid.UUID(request.POST.get("draft") or request.GET.get("draft") or "")
    except ValueError:
        return None


def requested_draft(request: HttpRequest, writer: Writer, kind: str, *, at: datetime) -> Draft:
    """Return the draft of a request, which may be one that is not saved yet; then the address may choose for it."""
    draft = drafting.open_draft(writer, kind, draft_token(request), at=at)
    return preselect(draft, request.GET, at=at)


def to_step(name: str, draft: Draft, part: str = "") -> HttpResponse:
    """Redirect to a step of a draft, where given to a ``part`` of its page."""
    return redirect(f"{step_url(name, draft)}{part and f'#{part}'}")


def step_url(name: str, draft: Draft) -> str:
    """Return the address of a step of a draft, with what was chosen for one that is not saved yet."""
    return f"{reverse(name, kwargs={'kind': draft.kind})}?{draft_query(draft)}"


def step_context(
    form: forms.Form, draft: Draft, at: datetime, *, understood: Understood = NOTHING_UNDERSTOOD
) -> dict[str, Any]:
    """Return what the page of every step shows; what was ``understood`` stands in for what a draft leaves open."""
    return {
        "form": form,
        "draft": draft,
        "kind": words_of_kind(draft.kind),
        "danger": danger_in(f"{draft.subject}. {draft.details}", at=at),
        "known_problems": problems_for(draft, understood, at=at),
        "attachments": uploads.of_draft(draft),
        "is_begun": draft.is_begun,
        "is_restored": drafting.is_restored(draft, at=at),
        "is_visitor": draft.citizen_id is None,
        "urls": {name.removeprefix("new-"): step_url(name, draft) for name in STEPS},
    }


#: The steps that pages link to.
STEPS = ("new-what", "new-agency", "new-check", "new-choose", "new-restart")


def say_too_many(form: forms.Form, writer: Writer) -> None:
    """Say on the form why its draft could not be begun."""
    form.add_error(None, TOO_MANY_DRAFTS if writer.citizen else TOO_MANY_VISITORS)


# ---- What was typed on a step and is not in order: kept with the draft, so that an error is answered by a
# redirect.
#
# The page is then opened by a GET and shows what was typed with what is wrong: "Back" never asks to send a form
# again.


#: The longest text of one box that is kept as typed, in characters; no box takes more.
LONGEST: Final = 30_000
#: The step that asks what happened.
WHAT: Final = "what"
#: What belongs to the press and not to the person.
NOT_TYPED: Final = frozenset({"csrfmiddlewaretoken", "draft", "autosave"})


@dataclass(frozen=True)
class Typed:
    """The last press on a ``step``: what was typed, and sentences about what cannot be read from it again.

    ``said`` names what happened as it was sent, such as "too_many".
    """

    step: str
    data: QueryDict
    refused: Sequence[str] = field(default_factory=list)
    said: str = ""


def pack(step: str, data: QueryDict, *, refused: Sequence[str] = (), said: str = "") -> str:
    """Return a press as ``Draft.typed`` keeps it: plain ASCII, so that NUL and the like can be stored."""
    values = {name: [value[:LONGEST] for value in data.getlist(name)] for name in data if name not in NOT_TYPED}
    return json.dumps({"step": step, "data": values, "refused": list(map(str, refused)), "said": said})


def typed_is_what_open(draft: Draft) -> bool:
    """Tell whether what was typed on the first step is not in order: the words that the draft has are older then."""
    return unpack(draft, WHAT) is not None


def unpack(draft: Draft, step: str) -> Typed | None:
    """Return what was typed on ``step`` and is not in order; None if nothing is."""
    if not draft.typed:
        return None
    held: dict[str, Any] = json.loads(draft.typed)
    if held["step"] != step:
        return None
    data = QueryDict(mutable=True)
    data.update(MultiValueDict(held["data"]))
    return Typed(step, data, held["refused"], held["said"])


# ---- Drafts that wait for their writer, for the lists of the home page, "my cases" and the first page of
# filing.


@dataclass(frozen=True)
class OpenDraft:
    """One draft: what it says first, the last day on which it waits, and where its writer goes on."""

    draft: Draft
    kind: KindWords
    last_day: date
    url: str
    restart_url: str

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Return the draft as a line of a list, without a statement."""
        is_what_open = typed_is_what_open(draft) or not draft.has_words
        step = "new-what" if is_what_open else "new-agency" if not draft.has_agency_step else "new-check"
        return cls(
            draft, words_of_kind(draft.kind), last_day(draft), step_url(step, draft), step_url("new-restart", draft)
        )


def listed_drafts(citizen: Citizen) -> list[OpenDraft]:
    """Return the drafts of a citizen, the newest first; one statement."""
    own = Draft.objects.filter(citizen=citizen).order_by("-updated_at", "-pk")
    return [OpenDraft.of(draft) for draft in own[: drafting.MOST_DRAFTS]]


# ---- Who writes on these pages: a citizen, or a visitor, found by the reference in a signed cookie. ----


COOKIE: Final = settings.DRAFT_COOKIE_NAME
_SALT: Final = "complaints.portal.filing_steps"

type Page = Callable[..., HttpResponseBase]


def for_everybody(view: Page) -> Callable[..., HttpResponseBase]:
    """Let citizens and visitors in, with their ``Writer`` as the second argument; staff are led to their desk."""

    @citizen_required
    def by_citizen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, _citizen(request), *args, **kwargs)

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return by_citizen(request, *args, **kwargs)
        writer = _visitor(request)
        response = view(request, writer, *args, **kwargs)
        if writer.new_reference and request.method == "POST":
            _remember(response, writer.new_reference)
        return response

    return login_not_required(never_cache(handles_rate_limits(wrapper)))


def _citizen(request: HttpRequest) -> Writer:
    reference = _browser_reference(request)
    return Writer(
        citizen=signed_in_citizen(request),
        visitor=_hashed(reference),
        uploader=uploader_key(signed_in_user(request)),
        network="",
    )


def _visitor(request: HttpRequest) -> Writer:
    held = _browser_reference(request)
    reference = held or secrets.token_urlsafe(32)
    visitor = _hashed(reference)
    return Writer(
        citizen=None,
        visitor=visitor,
        uploader=f"visitor:{visitor}",
        network=network(client_address(request)),
        new_reference="" if held else reference,
    )


def _hashed(reference: str) -> str:
    return lookup(reference, purpose="draft")


def _browser_reference(request: HttpRequest) -> str:
    """Return the reference of this browser, empty where there is none, it is altered, or its day is over."""
    try:
        return str(request.get_signed_cookie(COOKIE, default="", salt=_SALT, max_age=VISITOR_DRAFT_LIFE))
    except BadSignature:
        return ""


def _remember(response: HttpResponseBase, reference: str) -> None:
    response.set_signed_cookie(
        COOKIE,
        reference,
        salt=_SALT,
        max_age=VISITOR_DRAFT_LIFE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


# ---- The registered address of a citizen, offered as the place of a case. ----


HOME_COUNTRY = "JO"


def address_words(citizen: Citizen | None) -> dict[str, Any]:
    """Return the address as a draft keeps a place; empty where there is none in Jordan, and for visitors."""
    if citizen is None or citizen.country != HOME_COUNTRY or citizen.governorate_id is None:
        return {}
    return {
        "governorate": citizen.governorate,
        "area": citizen.city,
        "place": citizen.address[:200],
        "latitude": None,
        "longitude": None,
    }


# ---- What the pages of filing ask while a person writes: danger in the text, agencies and topics for what is
# typed.


#: The boxes of a filing page whose text is read.
BOXES = ("what", "subject", "details", "text")
#: The longest name of an agency that is read, in characters, and the most agencies that are offered.
MOST_TYPED, MOST_AGENCIES = 150, 8


@login_not_required
@never_cache
@require_POST
def danger_notice(request: HttpRequest) -> HttpResponse:
    """Return the notice for what is typed, 204 where it tells of no danger; nothing is stored."""
    text = ". ".join(request.POST.get(name, "")[:READER_LONGEST] for name in BOXES)
    danger = danger_in(text, at=timezone.now())
    if danger is None:
        return HttpResponse(status=204)
    return render(request, "complaints/portal/filing/_danger_notice.html", {"danger": danger})


@login_not_required
@never_cache
@require_POST
def agency_search(request: HttpRequest) -> JsonResponse:
    """Return the agencies, and the topics of a ``kind`` of case, that fit what is typed, with what led there.

    ``nothing`` says what to do where none fits.
    """
    at, typed = timezone.now(), request.POST.get("typed", "").replace("\0", "")[:MOST_TYPED]
    kind = request.POST.get("kind", "")
    draft = Draft(kind=kind if kind in Kind.values else Kind.COMPLAINT)
    fits = understood(draft, searched=typed, at=at).fits if typed.strip() else ()
    agencies = agencies_for(typed, at=at)[:MOST_AGENCIES]
    nothing = gettext("No agency or topic fits these words. Tick “I do not know”: the %(unit)s finds the agency.")
    return JsonResponse(
        {
            "agencies": [{"code": one.agency.code, "name": one.agency.name, "reason": one.reason} for one in agencies],
            "topics": [{"code": f"{TOPIC}{fit.code}", "name": fit.card.label, "note": _note(fit)} for fit in fits],
            "nothing": "" if agencies or fits else nothing % {"unit": unit_name()},
        }
    )


def _note(fit: TopicFit) -> str:
    """Return what stands below a topic among agencies: that it is one, and who handles it."""
    receiver = fit.agency.name if fit.agency else gettext("The %(unit)s finds the agency") % {"unit": unit_name()}
    return gettext("Topic. %(receiver)s") % {"receiver": receiver}
