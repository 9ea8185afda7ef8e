"""Choosing the language and the channel of messages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, override
from django.views.decorators.http import require_http_methods, require_POST

from accounts import contact
from accounts.decorators import citizen_required, signed_in_citizen
from accounts.models import Citizen
from accounts.models.users import LANGUAGES
from accounts.sign_in.devices import device_name
from kit.forms import Card, ChoiceCardsField, Form
from notifications.carriers import push_encryption, push_services
from notifications.models import Channel
from notifications.models.addresses import PushAddress

# ---- The language and the channel a person chooses for messages. ----


class EmailNotConfirmed(ValueError):
    """E-mail was chosen while the address is not confirmed."""


def save_choice(citizen: Citizen, *, language: str, notify_by: str) -> None:
    """Set the language of all messages, and the channel offered first for a new case.

    Raise ``EmailNotConfirmed`` for e-mail while there is no confirmed address.
    """
    with transaction.atomic():
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        if notify_by == Channel.EMAIL and not locked.confirmed_email:
            raise EmailNotConfirmed
        locked.language, locked.notify_by = language, notify_by
        locked.save(update_fields=["language", "notify_by"])


class NoticesForm(Form):
    """The language and the channel of messages; e-mail only to a confirmed address."""

    language = ChoiceCardsField(label=_("Language of the messages"))
    notify_by = ChoiceCardsField(
        label=_("How should we send you updates?"),
        error_messages={"required": _("Choose how we should send you updates")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, phone: str, email: str, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.offer("language", language_cards())
        ways = {Channel.SMS: phone, Channel.EMAIL: email}
        self.offer(
            "notify_by",
            [Card(way.value, way.label, f"\u2066{address}\u2069") for way, address in ways.items() if address],
        )


def language_cards() -> list[Card]:
    """Return a card for each language."""
    return [Card(code, _in_itself(code, name)) for code, name in LANGUAGES]


def _in_itself(code: str, name: object) -> str:
    """Return a language's name in that language, so that whoever cannot read the page finds it."""
    with override(code):
        return str(name)


# ---- The page on which a citizen chooses the language and channel of messages. ----


@require_http_methods(["GET", "POST"])
@citizen_required
def notices(request: HttpRequest) -> HttpResponse:
    """Choose the language of all messages, and the channel offered first for a new case."""
    citizen = signed_in_citizen(request)
    form = NoticesForm(
        request.POST or None,
        phone=citizen.offered_phone,
        email=citizen.confirmed_email,
        initial={"language": citizen.language, "notify_by": citizen.offered_way},
    )
    if request.method == "POST" and form.is_valid():
        save_choice(citizen, **form.cleaned_data)
        messages.success(request, gettext("Your choice has been saved"))
        return redirect("account")
    return render(request, "accounts/account/notices/notices.html", {"form": form, "citizen": citizen})


# ---- What a browser sends when its person allows notifications. ----


_UNUSABLE = _("This browser cannot show notifications of this site. Updates still reach you as before.")


class SubscriptionForm(forms.Form):
    """Where the browser is reached, and with which keys; only the push services that we know are taken."""

    endpoint = forms.CharField(max_length=1000)
    p256dh = forms.CharField(max_length=120)
    auth = forms.CharField(max_length=40)

    def clean(self) -> dict[str, Any]:
        """Refuse what nothing can be sent to."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors or not _is_usable(PushAddress(**cleaned)):
            raise ValidationError(_UNUSABLE)
        return cleaned

    @property
    def address(self) -> PushAddress:
        """Return the address of the browser."""
        return PushAddress(**self.cleaned_data)


def _is_usable(address: PushAddress) -> bool:
    try:
        push_encryption.public_key(address.p256dh)
        secret = push_encryption.from_text(address.auth)
    except ValueError:
        return False
    return len(secret) == push_encryption.SECRET_BYTES and push_services.is_push_service(address.endpoint)


# ---- The page parts by which a citizen allows notifications on a device, and ends them. ----


@require_POST
@citizen_required
def push_on(request: HttpRequest) -> HttpResponse:
    """Let this browser show notifications; the answer is empty, or a sentence in JSON."""
    if not push_services.application_key():
        raise Http404
    form = SubscriptionForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": str(form.non_field_errors()[0])}, status=422)
    response = HttpResponse(status=204)
    contact.subscribe(
        request,
        response,
        signed_in_citizen(request),
        form.address,
        device=device_name(request),
        at=timezone.now(),
    )
    messages.success(request, gettext("Notifications are on for this device"))
    return response


@require_POST
@citizen_required
def push_off(request: HttpRequest, pk: UUID) -> HttpResponse:
    """End the notifications on one of the own devices."""
    contact.push_remove(signed_in_citizen(request), pk, at=timezone.now())
    messages.success(request, gettext("Notifications are off for this device"))
    return redirect("account")
