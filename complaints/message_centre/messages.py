"""Messages: the list, one message, the figures."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.contrib import messages as notes
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django_stubs_ext import StrPromise

from accounts.contact import CITIZEN_PREFIX, staff_key
from accounts.decorators import signed_in_user, staff_required
from accounts.identity.disclosure import CaseMark, record_view
from accounts.models import ViewKind
from accounts.roles import CMU, OPERATORS
from complaints import reference
from complaints.message_centre.message_lists import (
    MessageDetail,
    MessageGroup,
    MessageQuery,
    change_mark,
    handled_by,
    list_messages,
    message_detail,
    sending_figures,
)
from complaints.staff.frame import frame
from kit.forms import Form, LineField
from notifications import actions, alarms
from notifications.actions import DecisionNotPossible
from notifications.models import Alarm, Channel, Lane, Message
from notifications.sending import claims

# ---- What is typed on the page of messages: which of them, and the case they are about. ----


_ALL: Final = pgettext_lazy("messages", "All")
#: Longer than any way of writing a tracking number.
LONGEST: Final = 30


class FilterForm(Form):
    """The channel and the lane; nothing chosen is all of them."""

    channel = forms.ChoiceField(
        label=pgettext_lazy("message", "Channel"), required=False, choices=[("", _ALL), *Channel.choices]
    )
    lane = forms.ChoiceField(
        label=pgettext_lazy("message", "Kind"), required=False, choices=[("", _ALL), *Lane.choices]
    )


class ReferenceForm(Form):
    """A tracking number, in any way people write one."""

    number = LineField(max=LONGEST, label=_("Tracking number"))

    def clean_number(self) -> str:
        """Return the ten digits, and refuse what is no tracking number: other numbers stay out of addresses."""
        number = reference.parse(self.cleaned_data["number"])
        if number is None:
            raise ValidationError(_("This is not a tracking number. Check its 10 digits"), code="no_reference")
        return number


# ---- The pages of messages, for the unit and the operators: how sending stands, one message, and decisions
# about it.


logger = logging.getLogger(__name__)

MESSAGE_READERS = CMU | OPERATORS
#: The number of an alarm, as the database counts them.
NUMBER = re.compile(r"[0-9]{1,18}")


# ---- the list ----


@staff_required(MESSAGE_READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def messages_page(request: HttpRequest) -> HttpResponse:
    """Show how sending stands and a page of the messages; a search for a case is posted, as in the queue."""
    search = ReferenceForm(request.POST if request.method == "POST" else None)
    if search.is_bound and search.is_valid():
        query = MessageQuery(group=MessageGroup.ALL, reference=search.cleaned_data["number"])
        return redirect(reverse("messages") + query.query_string())
    return _list_page(request, search)


def _list_page(request: HttpRequest, search: ReferenceForm) -> HttpResponse:
    user, at = signed_in_user(request), timezone.now()
    query, after = MessageQuery.of(request.GET), request.GET.get("after", "")
    page = list_messages(user, query, at=at, after=after)
    figures = sending_figures(user, at=at)
    context = {
        "figures": figures,
        "query": query,
        "rows": page.rows,
        "tabs": [(group, query.in_group(group).query_string()) for group in MessageGroup],
        "filter_form": FilterForm(initial={"channel": query.channel, "lane": query.lane}),
        "search": search,
        "form": search if search.is_bound else None,
        "next": query.query_string(after=page.next) if page.next else "",
        "first": query.query_string() if after else "",
        **frame(user, at=at, counts={"messages": figures.unknown}),
    }
    return render(request, "complaints/message_centre/messages/messages.html", context)


@staff_required(MESSAGE_READERS)
@require_POST
def release_sending(request: HttpRequest) -> HttpResponse:
    """End the hold on all sending; when it has ended already, that is said."""
    if claims.current() is None:
        notes.warning(request, _("Sending had already resumed."))
        return redirect("messages")
    user = signed_in_user(request)
    claims.end(by=staff_key(user.pk))
    logger.warning("the hold on sending was ended", extra={"user_id": str(user.pk)})
    notes.success(
        request, _("Sending has resumed. We are asking the carriers about every message from before the hold.")
    )
    return redirect("messages")


@staff_required(MESSAGE_READERS)
@require_POST
def end_alarm(request: HttpRequest) -> HttpResponse:
    """End an alarm that tells of something that has happened, since the person has looked into it."""
    number = request.POST.get("alarm", "")
    ended = Alarm.objects.filter(kind__in=alarms.ENDED_BY_PEOPLE, pk=int(number) if NUMBER.fullmatch(number) else 0)
    alarms.dismiss(get_object_or_404(ended), by=staff_key(signed_in_user(request).pk))
    notes.success(request, _("The alarm is closed."))
    return redirect("messages")


# ---- one message ----


@dataclass(frozen=True)
class MessageDecision:
    """Something a person can decide about a message: its action, what it is called, what it does, what was done."""

    action: Callable[..., None]
    label: StrPromise
    effect: StrPromise
    done: StrPromise


DECISIONS: dict[str, MessageDecision] = {
    "release": MessageDecision(
        actions.release,
        _("Send it now"),
        _("It is sent at once, without waiting for the morning, the next attempt or midnight."),
        _("The message is being sent now."),
    ),
    "decide_taken": MessageDecision(
        actions.decide_taken,
        _("Confirm that it was accepted"),
        _("Choose this if you found it in the carrier's list. It will not be sent again."),
        _("You confirmed that the carrier accepted it."),
    ),
    "decide_not_taken": MessageDecision(
        actions.decide_not_taken,
        _("Confirm that it was not accepted and send it again"),
        _(
            "Choose this if it is not in the carrier's list. If the carrier did accept it, the person will get it "
            "twice."
        ),
        _("You confirmed that the carrier did not accept it. It is being sent again."),
    ),
    "resend": MessageDecision(
        actions.resend,
        _("Send it again"),
        _("A new message with the same text is sent by the same channel. The person may get both."),
        _("The message is being sent again."),
    ),
    "resend_by_other_channel": MessageDecision(
        actions.resend_by_other_channel,
        _("Send it by the other channel"),
        _("A new message with the same content is sent to the other address the person gave."),
        _("The message is being sent by the other channel."),
    ),
    "call_instead": MessageDecision(
        actions.call_instead,
        _("Ask the contact centre to call"),
        _("The contact centre will call the person and tell them."),
        _("The contact centre will call the person."),
    ),
}


@staff_required(MESSAGE_READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def message_page(request: HttpRequest, message: uuid.UUID) -> HttpResponse:
    """Show one message, its tries and what the carriers said, and take what a person decides about it."""
    user, at = signed_in_user(request), timezone.now()
    found = get_object_or_404(handled_by(user).select_related("repeats", "call_task"), pk=message)
    if request.method != "POST":
        detail = message_detail(found, user, at=at)
        if detail.case and detail.person and found.recipient.startswith(CITIZEN_PREFIX):
            record_view(detail.case.citizen, viewer=user, kind=ViewKind.MESSAGE, about=CaseMark(found.reference), at=at)
        return _page(request, detail)
    decision = DECISIONS.get(request.POST.get("decision", ""))
    if decision is None:
        raise Http404
    return _decide(request, found, decision)


def _decide(request: HttpRequest, message: Message, decision: MessageDecision) -> HttpResponse:
    """Do what was decided once: who presses twice, or second, is told how the message stands now."""
    user, at = signed_in_user(request), timezone.now()
    try:
        with transaction.atomic():
            held = _lock_unchanged(message, seen=request.POST.get("seen", ""))
            decision.action(held, by=staff_key(user.pk), at=at)
    except DecisionNotPossible:
        fresh = handled_by(user).select_related("repeats", "call_task").get(pk=message.pk)
        return _page(request, message_detail(fresh, user, at=at), status=409)
    notes.success(request, decision.done)
    return redirect("message", message.pk)


def _lock_unchanged(message: Message, *, seen: str) -> Message:
    """Lock the message for this transaction; raise ``DecisionNotPossible`` where it is not as it was ``seen``."""
    held = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if change_mark(held) != seen:
        raise DecisionNotPossible
    return held


def _page(request: HttpRequest, shown: MessageDetail, *, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "detail": shown,
        "decisions": [(name, decision) for name, decision in DECISIONS.items() if name in shown.possible],
        "is_overtaken": status != HTTPStatus.OK,
        **frame(signed_in_user(request), at=timezone.now()),
    }
    return render(request, "complaints/message_centre/messages/message.html", context, status=status)
