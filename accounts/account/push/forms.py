"""What a browser sends when its person allows notifications."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.carriers import push_encryption, push_services
from notifications.models.subscriptions import PushAddress

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
