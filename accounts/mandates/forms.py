"""The forms by which somebody asks for a mandate: its terms, and whom it is about."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from accounts import phones
from accounts.identity.form_fields import DocumentNumberField
from accounts.identity.registries import IdentityClaim
from accounts.mandates.changes import MandateTerms
from accounts.models import Citizen, MandateGround
from accounts.registration.data import identity_details
from accounts.registration.forms import NATIONAL, OTHER, WhoForm
from kit.forms import Card, ChoiceCardsField, DayBoxField, Form, MobileField, ParagraphField

#: A mandate that is still needed is asked for again.
LONGEST: Final = timedelta(days=3 * 366)
FILED, ALL = "filed", "all"
_PROOF_LENGTH: Final = 500
OWN_NUMBER: Final = _("This is your own number")


class TermsForm(Form):
    """By what right, for which cases, until when."""

    ground = ChoiceCardsField(
        cards=[Card(ground.value, ground.label) for ground in MandateGround],
        label=_("Who is the representative?"),
        error_messages={"required": _("Choose who the representative is")},
    )
    covers = ChoiceCardsField(
        cards=[
            Card(FILED, _("Only the cases that the representative files")),
            Card(ALL, _("All cases of the person, earlier ones too")),
        ],
        label=_("For which cases?"),
        initial=FILED,
    )
    ends_on = DayBoxField(
        label=_("Last day"),
        help_text=_("Day, month, year, such as 22/1/2027: three years from now at the latest"),
        error_messages={"required": _("Enter the last day")},
    )

    def clean_ends_on(self) -> date:
        """Refuse a day that is over, and one that is too far away."""
        day: date = self.cleaned_data["ends_on"]
        today = timezone.localdate()
        if day < today:
            raise ValidationError(_("This day has passed. Enter today or a later day"), code="over")
        if day > today + LONGEST:
            raise ValidationError(_("This is more than three years away. Enter an earlier day"), code="far")
        return day

    @property
    def terms(self) -> MandateTerms:
        """Return the terms of a form that is in order."""
        return MandateTerms(
            ground=self.cleaned_data["ground"],
            covers_all=self.cleaned_data["covers"] == ALL,
            ends_on=self.cleaned_data["ends_on"],
            proof=self.cleaned_data.get("proof", ""),
        )


class AskPersonForm(TermsForm):
    """The terms, and somebody with an account, who answers: the number and the telephone of the account."""

    number = DocumentNumberField(
        label=_("Their national, personal or passport number"),
        error_messages={"required": _("Enter the number")},
    )
    mobile = MobileField(
        label=_("Their mobile number"),
        help_text=_("The number of their account here"),
        regions=phones.accepted_regions,
        error_messages={"required": _("Enter the mobile number")},
    )
    field_order = ("number", "mobile", "ground", "covers", "ends_on")
    number_field = "number"

    def __init__(self, *args: Any, asker: Citizen, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asker = asker

    def clean_number(self) -> str:
        """Refuse the asker's own number."""
        number: str = self.cleaned_data["number"]
        if number == self.asker.number:
            raise ValidationError(OWN_NUMBER, code="own")
        return number


class AskUnitForm(WhoForm, TermsForm):
    """The terms, who the person is who cannot confirm it, and what proves it."""

    proof = ParagraphField(
        label=_("What proves it?"),
        help_text=_(
            "Name the paper, its number and date, and who issued it, such as a ruling of guardianship. After sending "
            "the request you can add it as a file."
        ),
        max=_PROOF_LENGTH,
        rows=3,
        error_messages={"required": _("Say which paper proves it")},
    )

    def __init__(self, *args: Any, asker: Citizen, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asker = asker
        for field in (self.fields[name] for name in WhoForm.base_fields):
            # The words and the browser's memory of the first form are about oneself.
            field.error_messages["required"] = forms.Field.default_error_messages["required"]
            field.widget.attrs["autocomplete"] = "off"
        self.fields["citizenship"].label = gettext("The person's nationality")
        self.fields["nationality"].label = gettext("Which nationality?")
        self.fields["document"].label = gettext("Which kind of number does the person have?")
        self.fields["national_number"].help_text = gettext("10 digits, on the ID card or the family book")
        self.offer(
            "citizenship",
            [Card(NATIONAL, _("Jordanian")), Card(OTHER, _("Another nationality, or no national number"))],
        )

    def clean(self) -> dict[str, Any]:
        """Refuse the asker's own number."""
        super().clean()
        numbers = {name: self.cleaned_data.get(name) for name in ("national_number", "document_number")}
        for name in (name for name, number in numbers.items() if number and number == self.asker.number):
            self.add_error(name, OWN_NUMBER)
        return self.cleaned_data

    @property
    def number_field(self) -> str:
        """Return the field in which the person's number was typed, of a form that is in order."""
        return "national_number" if self.cleaned_data.get("national_number") else "document_number"

    @property
    def claim(self) -> IdentityClaim:
        """Return who the person is, of a form that is in order."""
        return IdentityClaim(**identity_details(self.cleaned_data))
