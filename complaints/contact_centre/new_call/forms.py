"""What an agent types while somebody is on the line: whom to find, the answer that proves them, and the case."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts import countries, phones
from accounts.models import Citizen
from accounts.registration.data import identity_details
from accounts.registration.forms import WhoForm
from accounts.registration.recorded import SaidInPerson
from agencies.models import Governorate
from complaints.case_text.kinds import WORDS
from complaints.contact_centre.contacts import ASKED
from complaints.filing.forms import DetailsStepForm
from complaints.models import TAKEN_DOWN, CentreContact, Channel, Draft, FoundBy, NotifyBy
from complaints.models.centre_contacts import PROOF_LENGTH
from kit.forms import CHOOSE, Card, ChoiceCardsField, Form, LineField, MobileField, plain_digits

LONGEST_SEARCH = 150
SHORTEST_PROOF = 10
#: A last and a first name.
FEWEST_NAMES = 2


class FindPersonForm(Form):
    """How somebody comes to the centre, and one box for what they are found by."""

    q = LineField(
        max=LONGEST_SEARCH,
        label=_("Mobile number, national number or name"),
        help_text=_("Ask for the mobile number first. A name needs the first and the family name."),
        error_messages={"required": _("Enter a mobile number, a document number or a name")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-key": "F4"}),
    )
    channel = ChoiceCardsField(
        label=_("How did it come in?"),
        cards=[
            Card(Channel.PHONE, _("Phone call")),
            *(Card(one.value, one.label) for one in TAKEN_DOWN if one != Channel.PHONE),
        ],
        initial=Channel.PHONE,
    )

    def clean_q(self) -> str:
        """Refuse one name alone: too many people have it."""
        typed: str = self.cleaned_data["q"]
        if not any(letter.isdigit() for letter in plain_digits(typed)) and len(typed.split()) < FEWEST_NAMES:
            raise ValidationError(_("Enter the first and the family name"), code="one_name")
        return typed


class ChoosePersonForm(Form):
    """Which of the people found it is."""

    person = ChoiceCardsField(label=_("Who is it?"), error_messages={"required": _("Choose one of the people")})

    def __init__(self, data: Mapping[str, Any] | None = None, *, people: Collection[Citizen]) -> None:
        super().__init__(data)
        self.people = {str(citizen.pk): citizen for citizen in people}
        cards = [
            Card(
                key, f"\u2068{one.full_name}\u2069", f"\u2066{one.masked_number}\u2069 · \u2066{one.masked_phone}\u2069"
            )
            for key, one in self.people.items()
        ]
        self.offer("person", cards)

    @property
    def chosen(self) -> Citizen:
        """Return the person chosen."""
        return self.people[self.cleaned_data["person"]]


class ProveForm(Form):
    """The end of the number that the person alone knows."""

    answer = LineField(
        max=20,
        help_text=_("Ask for them. Never say them yourself."),
        error_messages={"required": _("Enter the last 4 characters")},
        widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, contact: CentreContact) -> None:
        super().__init__(data)
        self.fields["answer"].label = (
            _("Last 4 digits of the mobile number")
            if contact.found_by == FoundBy.NUMBER
            else _("Last 4 digits or letters of the document number")
        )

    def clean_answer(self) -> str:
        """Ask for exactly four characters."""
        typed = plain_digits(self.cleaned_data["answer"])
        if len(typed) != ASKED:
            raise ValidationError(_("Enter the last 4 characters"), code="length")
        return typed


#: What is missing is the caller's, not that of the agent who reads it.
_MISSING: Final[Mapping[str, StrPromise]] = {
    "national_number": _("Enter the national number"),
    "nationality": _("Choose the nationality"),
    "document": _("Choose the kind of number"),
    "document_number": _("Enter the personal or passport number"),
    "first_name": _("Enter the first name"),
    "father_name": _("Enter the father’s name"),
    "grandfather_name": _("Enter the grandfather’s name"),
    "family_name": _("Enter the family name"),
    "birth_date": _("Enter the date of birth"),
}


class RegisterForm(WhoForm):
    """Who somebody without a record is, the mobile number, where they live, and what was seen as proof."""

    mobile = MobileField(
        label=_("Mobile number"),
        regions=phones.all_regions,
        error_messages={"required": _("Enter the mobile number")},
    )
    country = forms.ChoiceField(label=_("Country of residence"), choices=countries.choices, initial=countries.HOME)
    governorate = forms.ChoiceField(
        label=_("Governorate"),
        choices=lambda: [
            ("", CHOOSE),
            *((governorate.code, governorate.name) for governorate in Governorate.objects.all()),
        ],
        required=False,
    )
    proof = LineField(
        max=PROOF_LENGTH,
        required=False,
        label=_("What was seen as proof?"),
        help_text=_(
            "For example: the ID card at the counter, a copy of the passport by e-mail. Do not write its number."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["nationality"].label = _("Nationality")
        for name, text in _MISSING.items():
            self.fields[name].error_messages["required"] = str(text)

    def require_proof(self) -> None:
        """Refuse a form without a proof: the register did not confirm what it says."""
        if len(self.cleaned_data.get("proof", "")) < SHORTEST_PROOF and "proof" not in self.errors:
            text = _("The register did not confirm this person. Write what you saw or heard as proof.")
            self.add_error("proof", ValidationError(text, code="required"))

    def said(self, *, language: str) -> SaidInPerson:
        """Return what the person says of themselves."""
        details = identity_details(self.cleaned_data)
        rest = {name: self.cleaned_data[name] for name in ("mobile", "country", "governorate")}
        return SaidInPerson(**details, **rest, language=language)


class CallerCaseForm(DetailsStepForm):
    """One page for a case that somebody tells: its kind, what happened, the place, and how they are told.

    The agency and the topic are forms of their own on the same page. Files come only with what is on paper.
    """

    kind = ChoiceCardsField(label=_("Kind"), cards=[Card(str(kind), words.noun) for kind, words in WORDS.items()])
    hides_identity = forms.BooleanField(required=False, label=_("Hide the person's name from the agency"))
    notify_by = ChoiceCardsField(label=_("How do the messages reach the person?"), required=False)

    def __init__(self, *args: Any, draft: Draft, takes_files: bool, **kwargs: Any) -> None:
        super().__init__(*args, draft=draft, **kwargs)
        own = {"kind": draft.kind, "hides_identity": draft.hides_identity, "notify_by": draft.notify_by}
        self.initial.update(own)
        self.shows_subject = False
        self.fields["details"].error_messages["required"] = gettext("Write down what the person says")
        if not takes_files:
            del self.fields["attachments"]
        citizen = draft.citizen
        email = citizen.confirmed_email if citizen else ""
        if citizen is None or not email or not citizen.offered_phone:
            del self.fields["notify_by"]
        else:
            ways = {NotifyBy.SMS: citizen.offered_phone, NotifyBy.EMAIL: email}
            self.offer("notify_by", [Card(way.value, way.label, f"\u2066{to}\u2069") for way, to in ways.items()])
