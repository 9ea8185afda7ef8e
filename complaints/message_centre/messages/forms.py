"""What is typed on the page of messages: which of them, and the case they are about."""

from __future__ import annotations

from typing import Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from complaints import reference
from kit.forms import Form, LineField
from notifications.models import Channel, Lane

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
