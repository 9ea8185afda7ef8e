"""The form by which a key of a program is made."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.identity.form_fields import DocumentNumberField
from accounts.models import Citizen
from agencies.models import Agency
from kit.forms import Form, LineField


class ProgramKeyForm(Form):
    """Which program, of which agency, and who answers for it."""

    name = LineField(label=_("Name of the program"), max=80)
    agency = forms.ModelChoiceField(
        label=_("Agency"),
        help_text=_("Leave it empty for a partner: rules then find the agency of each case"),
        queryset=Agency.objects.none(),
        required=False,
        empty_label="—",
    )
    number = DocumentNumberField(
        label=_("Document number of the contact person"),
        help_text=_("The person has an account with a confirmed identity. Cases of the program are theirs."),
    )

    def __init__(self, *args: Any, agencies: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer_rows("agency", agencies)

    def clean_number(self) -> str:
        """Find the person; refuse a number that nobody with an account and a confirmed identity has."""
        number: str = self.cleaned_data["number"]
        self.contact = Citizen.objects.with_number(number).matched().filter(user__is_active=True).first()
        if self.contact is None:
            raise ValidationError(_("No account with a confirmed identity has this number"), code="unknown")
        return number
