"""The pages of the commitment index: editions, one edition, one agency, and the rules."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import signed_in_user
from accounts.models import User
from accounts.roles import LADDER
from agencies.models import Agency
from complaints.staff.frame import frame
from complaints.unsent_forms.pages import keeps_unsent_form_until_redirect
from reports.access import (
    agency_or_404,
    for_readers_of_all,
    for_readers_of_some,
    for_unit_head,
    is_unit,
    is_unit_head,
    own_agencies,
    reads_all_figures,
)
from reports.commitment import editions, page_data
from reports.commitment.forms import DraftForm, RecountForm, ReplyForm, RuleForm
from reports.commitment.rules import rule_on, set_rule
from reports.models import IndexEdition, IndexReply, IndexRule
from reports.models.commitment import Component

CONFLICT = 409


def visible(user: User, at: datetime) -> Callable[[IndexEdition], bool]:
    """Return who of the readers sees which edition: the unit and agencies drafts too, others what is published."""
    sees_drafts = is_unit(user, at) or bool(own_agencies(user, at))
    return lambda edition: sees_drafts or edition.published_at is not None


@for_readers_of_some
@require_http_methods(["GET", "HEAD", "POST"])
def commitment(request: HttpRequest) -> HttpResponse:
    """List the editions; the head of the unit makes a draft, and agencies find their own index."""
    user, at = signed_in_user(request), timezone.now()
    today, is_head = timezone.localdate(at), is_unit_head(user, at)
    if request.method == "POST" and not is_head:
        raise Http404
    form = DraftForm(request.POST if request.method == "POST" else None, today=today)
    if form.is_bound and form.is_valid() and (made := _drafted(request, form)):
        return redirect("commitment-edition", made.pk)
    sees = visible(user, at)
    context = {
        "editions": [edition for edition in IndexEdition.objects.all() if sees(edition)],
        "own": Agency.objects.filter(pk__in=own_agencies(user, at)).order_by("code"),
        "reads_all": reads_all_figures(user, at),
        "form": form if is_head else None,
        "today": today,
    }
    return render(request, "reports/commitment/commitment.html", context | frame(user, at=at))


def _drafted(request: HttpRequest, form: DraftForm) -> IndexEdition | None:
    try:
        return editions.draft(
            form.period, reply_until=form.cleaned_data["reply_until"], by=signed_in_user(request), at=timezone.now()
        )
    except editions.EditionExists:
        form.add_error("first", gettext("There is already an index of these days"))
    except editions.NothingCounted:
        form.add_error("first", gettext("No agency has any figures for these days"))
    return None


@for_readers_of_all
@require_safe
def edition(request: HttpRequest, key: int) -> HttpResponse:
    """Show the index of all agencies by group, with intervals, and the replies that came."""
    user, at = signed_in_user(request), timezone.now()
    shown = _edition(key, user, at)
    replies = list(shown.replies.select_related("agency"))
    today = timezone.localdate(at)
    context = {
        "edition": shown,
        "groups": page_data.groups(shown),
        "replies": replies,
        "form": RecountForm(today=today) if is_unit_head(user, at) and shown.published_at is None else None,
        "may_publish": today > shown.reply_until,
    }
    return render(request, "reports/commitment/edition.html", context | frame(user, at=at))


def _edition(key: int, user: User, at: datetime) -> IndexEdition:
    found = get_object_or_404(IndexEdition, pk=key)
    if not visible(user, at)(found):
        raise Http404
    return found


@for_unit_head
@require_POST
def recount(request: HttpRequest, key: int) -> HttpResponse:
    """Count a draft again, with a new last day for replies."""
    at = timezone.now()
    shown = get_object_or_404(IndexEdition, pk=key)
    form = RecountForm(request.POST, today=timezone.localdate(at))
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for error in form.errors.get("reply_until", ())))
        return redirect("commitment-edition", shown.pk)
    try:
        editions.recount(key, reply_until=form.cleaned_data["reply_until"], at=at)
    except editions.EditionPublished:
        messages.warning(request, gettext("The index has been published in the meantime. It was not counted again."))
    else:
        messages.success(request, gettext("The index was counted again."))
    return redirect("commitment-edition", shown.pk)


@for_unit_head
@require_POST
def publish(request: HttpRequest, key: int) -> HttpResponse:
    """Publish a draft once the time for replies is over."""
    shown = get_object_or_404(IndexEdition, pk=key)
    try:
        editions.publish(key, by=signed_in_user(request), at=timezone.now())
    except editions.ReplyTimeOpen:
        messages.error(request, gettext("Agencies may still reply; publish the index after that day."))
    except editions.EditionPublished:
        messages.info(request, gettext("The index is published already."))
    else:
        messages.success(request, gettext("The index is published. It can no longer be changed."))
    return redirect("commitment-edition", shown.pk)


# ---- one agency ----


@for_readers_of_some
@require_http_methods(["GET", "HEAD", "POST"])
@keeps_unsent_form_until_redirect
def agency(request: HttpRequest, key: int, code: str) -> HttpResponse:
    """Show the index of one agency with its components, and take its reply or the answer of the unit."""
    user, at = signed_in_user(request), timezone.now()
    whose = agency_or_404(user, code, at)
    shown = _edition(key, user, at)
    page, said = page_data.agency_page(shown, whose), _reply(shown, whose)
    writes = _writes(user, whose, shown, said, at)
    if page is None or (request.method == "POST" and not writes):
        raise Http404
    initial = {"text": (said.answer if writes == "answer" else said.text) if said else ""}
    form = ReplyForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if form.is_bound and form.is_valid():
        try:
            _said(request, writes, shown, whose, form.cleaned_data["text"])
        except editions.ReplyChanged:
            form.add_error(None, _CHANGED[writes])
            said, status = _reply(shown, whose), CONFLICT
        else:
            return redirect("commitment-agency", shown.pk, whose.code)
    context = {
        "edition": shown,
        "agency": whose,
        "page": page,
        "reply": said,
        "writes": writes,
        "form": form,
        "reads_all": reads_all_figures(user, at),
    }
    return render(request, "reports/commitment/agency.html", context | frame(user, at=at), status=status)


#: What whoever writes is told where something else was said meanwhile.
_CHANGED = {
    "answer": _("The agency has changed its reply in the meantime. Read it, then answer again."),
    "reply": _("Someone else has written the reply or answered it in the meantime. Read it, then save again."),
}


def _reply(shown: IndexEdition, whose: Agency) -> IndexReply | None:
    return IndexReply.objects.filter(edition=shown, agency=whose).select_related("by", "answered_by").first()


def _writes(user: User, whose: Agency, shown: IndexEdition, said: IndexReply | None, at: datetime) -> str:
    """Return what the reader may write: "reply" for the agency in its time, "answer" for the unit, or nothing."""
    if shown.published_at is not None:
        return ""
    if user.authority(at).at(whose.pk).has(LADDER):
        return "reply" if timezone.localdate(at) <= shown.reply_until else ""
    return "answer" if said is not None and is_unit_head(user, at) else ""


def _said(request: HttpRequest, writes: str, shown: IndexEdition, whose: Agency, text: str) -> None:
    user, at = signed_in_user(request), timezone.now()
    try:
        if writes == "reply":
            editions.reply(shown.pk, whose, text, read=_moment_read(request), by=user, at=at)
        else:
            editions.answer(shown.pk, whose, text, read=_moment_read(request), by=user, at=at)
    except (editions.ReplyTimeOver, editions.EditionPublished):
        messages.error(request, gettext("The time for replies is over. Nothing was saved."))
    except editions.NoReply:
        raise Http404 from None
    else:
        messages.success(request, gettext("Saved. It will be published with the index."))


def _moment_read(request: HttpRequest) -> datetime | None:
    """Return the moment of the reply that the posted page showed."""
    try:
        return datetime.fromisoformat(request.POST.get("read", ""))
    except ValueError:
        return None


# ---- rules ----


@for_readers_of_all
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Show how the index is computed, and what held before; the head of the unit sets a new rule."""
    user, at = signed_in_user(request), timezone.now()
    today, is_head = timezone.localdate(at), is_unit_head(user, at)
    if request.method == "POST" and not is_head:
        raise Http404
    form = RuleForm(request.POST if request.method == "POST" else None, today=today)
    if form.is_bound and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("starts_on", "because")}
        set_rule(form.rule, **given, by=user, at=at)
        messages.success(request, gettext("Saved. Indexes that were drafted before stay as they are."))
        return redirect("commitment-rules")
    rule = rule_on(today)
    context = {
        "rule": rule,
        "weights": [(component.label, rule.weights[component]) for component in Component],
        "history": [
            (row, [(component.label, getattr(row, component.value)) for component in Component])
            for row in IndexRule.objects.select_related("set_by")
        ],
        "form": form if is_head else None,
    }
    return render(request, "reports/commitment/rules.html", context | frame(user, at=at))
