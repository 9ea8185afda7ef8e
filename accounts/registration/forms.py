"""The forms of the three steps of a registration."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _

from accounts import countries, phones
from accounts.identity.form_fields import DocumentNumberField
from accounts.identity.registries.embedded import RegisteredPerson, registered_people
from accounts.models import NumberKind
from accounts.sign_in.passwords import NewPasswordForm
from agencies.models import Governorate
from kit.forms import (
    CHOOSE,
    BirthDateField,
    Card,
    ChoiceCardsField,
    DigitsField,
    EmailField,
    Form,
    LineField,
    MobileField,
)

NATIONAL: Final = "national"
OTHER: Final = "other"
# The fields that each choice requires, and those it ignores.
REQUIRED: Final = {
    NATIONAL: ("national_number", "father_name", "grandfather_name"),
    OTHER: ("nationality", "document", "document_number"),
}
IGNORED: Final = {NATIONAL: REQUIRED[OTHER], OTHER: ("national_number",)}
# A passport has five characters at least; the length of a personal number is not published, so it is not asked for.
DOCUMENT: Final = {
    NumberKind.PASSPORT: re.compile(r"[A-Z0-9]{5,20}"),
    NumberKind.PERSONAL: re.compile(r"[A-Z0-9]{6,20}"),
}


#: A dot inside a word is that of a web address; behind an initial (J.R.) or at the end of a word (St.) it is a name's.
_DOT_OF_AN_ADDRESS: Final = re.compile(r"\w{2}\.\w")


class PersonNameField(LineField):
    """A part of a name: letters, with spaces, hyphens, apostrophes, and dots behind what is shortened."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max=60, **kwargs)

    def tidy(self, text: str) -> str:
        """Refuse characters that no name has."""
        name = super().tidy(text)
        if name and not all(_may_be_in_a_name(letter) for letter in name):
            raise ValidationError(_("Enter the name in letters only"), code="letters")
        if name and (_DOT_OF_AN_ADDRESS.search(name) or not any(map(_is_letter, name))):
            raise ValidationError(_("Enter the name in letters only"), code="letters")
        return name


def _is_letter(letter: str) -> bool:
    """Tell whether it is read as a letter by itself, which the line that only lengthens Arabic words is not."""
    return unicodedata.category(letter) in {"Lu", "Ll", "Lt", "Lo"}


def _may_be_in_a_name(letter: str) -> bool:
    return letter in " -.'’\u200c\u200d" or unicodedata.category(letter) in {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn"}


def _name(label: Any, missing: Any, autocomplete: str, *, required: bool = True) -> PersonNameField:
    attributes = {"autocomplete": autocomplete, "spellcheck": "false"}
    return PersonNameField(
        label=label,
        required=required,
        error_messages={"required": missing},
        widget=forms.TextInput(attrs=attributes),
    )


class WhoForm(Form):
    """Who the person is. The choice at the top decides which number is read; the other fields are ignored."""

    citizenship = ChoiceCardsField(
        label=_("Nationality"),
        cards=[
            Card(NATIONAL, _("Jordanian"), _("We ask for your national number")),
            Card(
                OTHER,
                _("Another nationality, or no national number"),
                _("We ask for your personal or passport number"),
            ),
        ],
        initial=NATIONAL,
    )
    national_number = DigitsField(
        label=_("National number"),
        help_text=_("10 digits, on the front of your ID card"),
        length=10,
        required=False,
        error_messages={"required": _("Enter your national number")},
    )
    nationality = forms.ChoiceField(
        label=_("Your nationality"),
        choices=lambda: [("", CHOOSE), *countries.choices()],
        required=False,
        error_messages={"required": _("Choose your nationality")},
    )
    document = ChoiceCardsField(
        label=_("Which number do you have?"),
        cards=[
            Card(NumberKind.PERSONAL, _("Personal number"), _("Issued in Jordan to residents")),
            Card(NumberKind.PASSPORT, _("Passport number")),
        ],
        required=False,
        error_messages={"required": _("Choose which number you have")},
    )
    document_number = DocumentNumberField(
        label=_("Personal or passport number"),
        required=False,
        error_messages={"required": _("Enter your personal or passport number")},
    )
    first_name = _name(_("First name"), _("Enter your first name"), "given-name")
    father_name = _name(_("Father’s name"), _("Enter your father’s name"), "additional-name", required=False)
    grandfather_name = _name(_("Grandfather’s name"), _("Enter your grandfather’s name"), "off", required=False)
    family_name = _name(_("Family name"), _("Enter your family name"), "family-name")
    birth_date = BirthDateField(
        label=_("Date of birth"),
        help_text=_("For example 27 / 3 / 1990. You can also write the name of the month"),
        error_messages={"required": _("Enter your date of birth")},
    )

    def clean(self) -> dict[str, Any]:
        """Require the fields of the chosen document, and ignore the others."""
        choice = self.cleaned_data.get("citizenship", "")
        for name in IGNORED.get(choice, ()):
            self.errors.pop(name, None)
            self.cleaned_data.pop(name, None)
        for name in REQUIRED.get(choice, ()):
            self._require(name)
        if choice == OTHER:
            self._check_document()
        return self.cleaned_data

    def _require(self, name: str) -> None:
        if name not in self.errors and not self.cleaned_data.get(name):
            self.add_error(name, ValidationError(self.fields[name].error_messages["required"], code="required"))

    def _check_document(self) -> None:
        kind, number = self.cleaned_data.get("document"), self.cleaned_data.get("document_number")
        if kind and number and not DOCUMENT[NumberKind(kind)].fullmatch(number):
            self.add_error(
                "document_number",
                _("A passport number has 5 to 20 letters and digits")
                if kind == NumberKind.PASSPORT
                else _("A personal number has 6 to 20 letters and digits"),
            )


class AddressForm(Form):
    """Where somebody lives."""

    country = forms.ChoiceField(
        label=_("Country of residence"),
        choices=countries.choices,
        initial=countries.HOME,
        error_messages={"required": _("Choose your country of residence")},
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    governorate = forms.ChoiceField(
        label=_("Governorate"),
        choices=lambda: [
            ("", CHOOSE),
            *((governorate.code, governorate.name) for governorate in Governorate.objects.all()),
        ],
        required=False,
        error_messages={"required": _("Choose your governorate")},
        widget=forms.Select(attrs={"autocomplete": "address-level1"}),
    )
    city = LineField(
        label=_("City or town"),
        max=80,
        error_messages={"required": _("Enter your city or town")},
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    address = LineField(
        label=_("Detailed address"),
        help_text=_("Area, street and building number, or the nearest landmark"),
        max=200,
        error_messages={"required": _("Enter your detailed address")},
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )

    def clean(self) -> dict[str, Any]:
        """Require the governorate of those who live in Jordan, and ignore it for everybody else."""
        if self.cleaned_data.get("country") != countries.HOME:
            self.errors.pop("governorate", None)
            self.cleaned_data["governorate"] = ""
        elif "governorate" not in self.errors and not self.cleaned_data.get("governorate"):
            self.add_error("governorate", ValidationError(self.fields["governorate"].error_messages["required"]))
        return self.cleaned_data


class ContactForm(AddressForm):
    """Phone, e-mail and address."""

    mobile = MobileField(
        label=_("Mobile number"),
        regions=phones.all_regions,
        error_messages={"required": _("Enter your mobile number")},
    )
    email = EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("Only needed if you want updates by e-mail. We will send you a link to confirm it"),
    )
    field_order = ("mobile", "email", "country", "governorate", "city", "address")

    def clean(self) -> dict[str, Any]:
        """Require an e-mail address of those to whose number we send no SMS: the code goes there."""
        cleaned = super().clean()
        mobile = cleaned.get("mobile")
        if mobile and not phones.takes_sms(mobile) and "email" not in self.errors and not cleaned.get("email"):
            sentence = _("We send no SMS to numbers of this country. Enter your e-mail address: your code goes there")
            self.add_error("email", ValidationError(sentence, code="only_way"))
        return cleaned

    @property
    def foreign_countries(self) -> str:
        """The countries whose mobile numbers are taken, beside Jordan's, in one line."""
        return gettext(", ").join(sorted(countries.name(region) for region in phones.foreign_ceilings()))


class PasswordForm(NewPasswordForm):
    """The last step: the password, and the usage policy."""

    policy = forms.BooleanField(
        label=_("I have read and accept the usage policy"),
        error_messages={"required": _("Accept the usage policy to continue")},
    )


# ---- The people of the embedded registry with whom a newcomer can try the registration. ----


#: Their numbers, each with what happens.
SAMPLE_NUMBERS: Final = (
    ("9782006138", _("the details match the register")),
    ("2003220456", _("the details match the register")),
    ("9801307001", _("the birth date does not match")),
    ("9832408002", _("the register does not respond")),
)


def sample_people() -> list[tuple[RegisteredPerson, str]]:
    """Return these people, each with what happens when one registers as them."""
    register = registered_people()
    return [(register[NumberKind.NATIONAL, number], str(result)) for number, result in SAMPLE_NUMBERS]
