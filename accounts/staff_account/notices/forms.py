"""The form for the language of messages to staff, and which of them come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.account.notices import language_cards
from accounts.models.users import SmsAbout
from kit.forms import Card, ChoiceCardsField, Form


class StaffNoticesForm(Form):
    """The language of all messages, what comes by SMS, and whether the morning summary comes."""

    language = ChoiceCardsField(label=_("Language of the messages"))
    sms_about = ChoiceCardsField(label=_("What should come by SMS?"))
    wants_digest = forms.BooleanField(label=_("Send me the summary of my cases each morning"), required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.offer("language", language_cards())
        self.offer("sms_about", [Card(value, label, _HINTS[SmsAbout(value)]) for value, label in SmsAbout.choices])


_HINTS = {
    SmsAbout.EVERYTHING: _("In working hours; urgent cases at any hour"),
    SmsAbout.URGENT: _("Danger to life or limb, and topics that are marked as urgent"),
}
