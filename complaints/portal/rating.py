"""Rating an answer: on the citizen's case page, or by the signed link of a message without signing in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django_stubs_ext import StrPromise

from accounts import rate_limits
from accounts.decorators import citizen_required, handles_rate_limits, signed_in_user
from accounts.models import User
from accounts.rate_limits import HOUR, RateLimit
from complaints.actions.objections import rate
from complaints.case_text.citizen_case import objecting
from complaints.case_text.kinds import words_of_kind
from complaints.engine import links
from complaints.models import Case, CaseEvent, Rating, Solved
from complaints.own_cases import SENT_BY_ACCOUNT, SOLVED_CARDS, TREATED_CARDS, RatingForm, try_action
from complaints.permissions.policy import RatingWindow, rating_window
from complaints.portal.access import own_case, posted_data, read_or_post, status_for, unread
from complaints.unsent_forms import keeps_unsent_form_until_redirect
from kit.link_pages import opened_by_link

# ---- What the citizen's case page shows of a rating. ----


type Label = str | StrPromise


@dataclass(frozen=True)
class GivenRating:
    """A rating as its citizen reads it."""

    solved: Label
    treated: Label
    text: str
    at: datetime


@dataclass(frozen=True)
class RatingCard:
    """The card on the case page: the form while nothing was said, else what was said; ``until`` while it is open."""

    form: RatingForm | None
    given: GivenRating | None
    until: date | None


def rating_card(case: Case, *, at: datetime) -> RatingCard | None:
    """Return the card for ``case`` at ``at``; None where there is nothing to rate and nothing was said."""
    window = rating_window(case)
    if window is None or (window.rating is None and not window.is_open(at=at)):
        return None
    until = last_day(window) if window.is_open(at=at) else None
    if window.rating is None:
        return RatingCard(RatingForm(kind=case.kind, count=0), None, until)
    return RatingCard(None, _given(window.rating), until)


def last_day(window: RatingWindow) -> date:
    """Return the last day on which the answer may be rated or the rating changed."""
    return timezone.localdate(window.until)


def _given(rating: Rating) -> GivenRating:
    solved = next(card.label for card in SOLVED_CARDS if card.value == rating.solved)
    treated = next((card.label for card in TREATED_CARDS if card.value == str(rating.treated)), "")
    return GivenRating(solved, treated, rating.text, rating.changed_at)


# ---- Rating an answer: signed in, or by the signed link of a message, which shows nothing of the person or the
# text.


GONE, NOT_FOUND = 410, 404
#: More ratings by one link than anybody gives.
SENT_BY_LINK: Final = RateLimit("rating_sent", 20, HOUR)


# ---- signed in ----


@citizen_required
@read_or_post
@keeps_unsent_form_until_redirect
@handles_rate_limits
def case_rate(request: HttpRequest, ref: str) -> HttpResponse:
    """Take the citizen's rating of the answer, or a change of it; whoever is not content is led to the objection."""
    at, user = timezone.now(), signed_in_user(request)
    own = own_case(request, ref, at=at)
    window = rating_window(own)
    if not (window and window.is_open(at=at)) and request.method != "POST":
        messages.warning(request, _not_now(window, at=at))
        return redirect("case", ref=ref)
    form = _form(own, window, posted_data(request), is_own=True)
    preview = unread(request, own, form, "text")
    if form.is_bound and form.is_valid() and preview is None:
        rate_limits.spend(SENT_BY_ACCOUNT, str(user.pk), at=at)
        if _try_rate(form, own, by=user, at=at):
            return _after_rating(request, own, form.said["solved"], at=at)
    context = {
        "case": own,
        "kind": words_of_kind(own.kind),
        "form": form,
        "preview": preview,
        "until": last_day(window) if window else None,
        "is_change": bool(window and window.rating),
    }
    return render(request, "complaints/portal/rating/rate.html", context, status=status_for(form))


def _not_now(window: RatingWindow | None, *, at: datetime) -> str:
    if window and at < window.since:
        return gettext("You can rate the answer as soon as you can read it.")
    return gettext("This answer can no longer be rated, or the rating changed.")


def _after_rating(request: HttpRequest, own: Case, solved: str, *, at: datetime) -> HttpResponse:
    messages.success(request, gettext("Thank you. Your rating was saved."))
    own.refresh_from_db(fields=["state", "closed_at", "outcome", "objections_made"])
    if solved == Solved.NO and objecting(own, signed_in_user(request), at=at):
        return redirect("case-object", ref=own.reference)
    return redirect("case", ref=own.reference)


# ---- by the link ----


@opened_by_link
@read_or_post
@handles_rate_limits
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Let whoever has the link rate the answer it was made for; opening it changes nothing."""
    at = timezone.now()
    closing = links.rating_links_read(token)
    if closing is None:
        return _unknown(request, at=at)
    window = _rating_window(closing, at=at)
    if window is None:
        return _over(request, closing)
    if request.method != "POST" and window.rating is not None and "change" not in request.GET:
        return _page(request, "rated", closing, window, at=at)
    form = _form(closing.case, window, posted_data(request), is_own=False)
    if form.is_bound and form.is_valid():
        rate_limits.spend(SENT_BY_LINK, str(closing.pk), at=at)
        if _try_rate(form, closing.case, by=None, at=at):
            return redirect("rating", token=token)
    return _page(request, "by_link", closing, window, at=at, form=form, status=status_for(form))


def _rating_window(closing: CaseEvent, *, at: datetime) -> RatingWindow | None:
    """Return the open window of this answer; None once another one stands, none does, or the time is over."""
    window = rating_window(closing.case)
    is_this = window is not None and window.closing.pk == closing.pk and window.is_open(at=at)
    return window if is_this else None


def _page(
    request: HttpRequest, name: str, closing: CaseEvent, window: RatingWindow, *, at: datetime, **more: Any
) -> HttpResponse:
    case, status = closing.case, more.pop("status", 200)
    owner = case.citizen.user
    context = {
        "case": case,
        "kind": words_of_kind(case.kind),
        "answered_at": closing.at,
        "rating": window.rating,
        "until": last_day(window),
        "may_object": owner is not None and objecting(case, owner, at=at) is not None,
        **more,
    }
    return render(request, f"complaints/portal/rating/{name}.html", context, status=status)


def _unknown(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """Answer a link that is not ours; guesses are limited by address."""
    address = rate_limits.client_address(request)
    rate_limits.spend(rate_limits.WRONG_LINKS_PER_ADDRESS, address, at=at)
    return render(request, "complaints/portal/rating/unknown.html", status=NOT_FOUND)


def _over(request: HttpRequest, closing: CaseEvent) -> HttpResponse:
    return render(request, "complaints/portal/rating/over.html", {"case": closing.case}, status=GONE)


# ---- both ----


def _form(case: Case, window: RatingWindow | None, data: Any, *, is_own: bool) -> RatingForm:
    rating = window.rating if window and is_own else None
    return RatingForm(data, kind=case.kind, count=window.count if window else 0, rating=rating)


def _try_rate(form: RatingForm, case: Case, *, by: User | None, at: datetime) -> bool:
    return try_action(form, partial(rate, case, by=by, at=at, **form.said))
