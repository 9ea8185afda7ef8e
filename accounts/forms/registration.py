"""The three steps of a registration and the code at its end."""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import countries, passwords
from accounts.codes import DIGITS
from accounts.models import NumberKind
from agencies.models import Governorate
from kit.forms import (
    BirthDateField,
    Card,
    ChoiceCardsField,
    DigitsField,
    DigitsInput,
    EmailField,
    Form,
    LineField,
    MobileField,
    PasswordField,
    plain_digits,
)

NATIONAL: Final = "national"
OTHER: Final = "other"
# What each choice makes necessary, and what it leaves unread.
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
LONGEST_TYPED: Final = 60


class DocumentNumberField(forms.CharField):
    """The number of a document: letters and digits, in capitals, without spaces and dashes."""

    widget = DigitsInput(attrs={"inputmode": "text", "autocapitalize": "characters"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = []

    def to_python(self, value: Any) -> str:
        """Return the number in its stored form."""
        number = plain_digits(super().to_python(value) or "").upper()
        if len(number) > LONGEST_TYPED or (number and not (number.isascii() and number.isalnum())):
            raise ValidationError(_("The number is made of Latin letters and digits only"), code="invalid")
        return number


class NameField(LineField):
    """A part of a name: letters, with spaces, hyphens and apostrophes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max=60, **kwargs)

    def tidy(self, text: str) -> str:
        """Refuse what no name holds."""
        name = super().tidy(text)
        if name and not all(_may_be_in_a_name(letter) for letter in name):
            raise ValidationError(_("A name is made of letters only"), code="letters")
        if name and not any(letter.isalpha() for letter in name):
            raise ValidationError(_("A name is made of letters only"), code="letters")
        return name


def _may_be_in_a_name(letter: str) -> bool:
    return letter in " -.'’\u200c\u200d" or unicodedata.category(letter) in {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn"}


def _name(label: Any, autocomplete: str, *, required: bool = True) -> NameField:
    attributes = {"autocomplete": autocomplete, "spellcheck": "false"}
    return NameField(label=label, required=required, widget=forms.TextInput(attrs=attributes))


class WhoForm(Form):
    """Who somebody is. The choice at the top decides which number is read; the other block is ignored."""

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
        label=_("National number"), help_text=_("10 digits, on the front of your ID card"), length=10, required=False
    )
    nationality = forms.ChoiceField(
        label=_("Your nationality"), choices=lambda: [("", _("— choose —")), *countries.choices()], required=False
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
    document_number = DocumentNumberField(label=_("The number"), required=False)
    first_name = _name(_("First name"), "given-name")
    father_name = _name(_("Father’s name"), "additional-name", required=False)
    grandfather_name = _name(_("Grandfather’s name"), "off", required=False)
    family_name = _name(_("Family name"), "family-name")
    birth_date = BirthDateField(
        label=_("Date of birth"), help_text=_("For example 27 / 3 / 1990; a month name works too")
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what the choice at the top makes necessary, and forget the rest."""
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
                _("A passport number has from 5 to 20 letters and digits")
                if kind == NumberKind.PASSPORT
                else _("A personal number has from 6 to 20 letters and digits"),
            )


class ReachForm(Form):
    """How somebody is reached and where they live."""

    mobile = MobileField(label=_("Mobile number"))
    email = EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("Needed only if you want to be notified by e-mail; we send you a link to confirm it"),
    )
    country = forms.ChoiceField(
        label=_("Country of residence"),
        choices=countries.choices,
        initial=countries.HOME,
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    governorate = forms.ChoiceField(
        label=_("Governorate"),
        choices=lambda: [("", _("— choose —")), *((one.code, one.name) for one in Governorate.objects.all())],
        required=False,
        widget=forms.Select(attrs={"autocomplete": "address-level1"}),
    )
    city = LineField(label=_("City or town"), max=80, widget=forms.TextInput(attrs={"autocomplete": "address-level2"}))
    address = LineField(
        label=_("Detailed address"),
        help_text=_("Area, street and building number, or the nearest landmark"),
        max=200,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the governorate of those who live in Jordan, and drop it for everybody else."""
        if self.cleaned_data.get("country") != countries.HOME:
            self.errors.pop("governorate", None)
            self.cleaned_data["governorate"] = ""
        elif "governorate" not in self.errors and not self.cleaned_data.get("governorate"):
            self.add_error("governorate", ValidationError(self.fields["governorate"].error_messages["required"]))
        return self.cleaned_data


class NewPasswordForm(Form):
    """A new password, typed twice; ``owner`` is whom it may not resemble."""

    password = PasswordField(
        label=_("Password"),
        new=True,
        help_text=_(
            "At least 12 characters. Three unrelated words are enough and easy to remember. "
            "Pasting from a password manager works."
        ),
    )
    again = PasswordField(label=_("Password again"), new=True)

    def __init__(self, *args: Any, owner: passwords.Owner | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner

    def clean_password(self) -> str:
        """Refuse what is short, common or too close to its owner; nothing is hashed before this."""
        password: str = self.cleaned_data["password"]
        passwords.check(password, self.owner)
        return password

    def clean(self) -> dict[str, Any]:
        """Compare the two; whoever has to type the first again types the second again anyway."""
        if "password" in self.errors:
            self.errors.pop("again", None)
        first, second = self.cleaned_data.get("password"), self.cleaned_data.get("again")
        if first and second and first != second:
            self.add_error("again", _("The two passwords differ"))
        return self.cleaned_data


class PasswordForm(NewPasswordForm):
    """The last step: the password, and the usage policy."""

    policy = forms.BooleanField(
        label=_("I have read and accept the usage policy"),
        error_messages={"required": _("Accept the usage policy to continue")},
    )


class CodeForm(Form):
    """The code from the message."""

    code = DigitsField(
        label=_("Security code"),
        length=DIGITS,
        help_text=_("5 digits"),
        widget=DigitsInput(attrs={"autocomplete": "one-time-code", "maxlength": "9"}),
    )
