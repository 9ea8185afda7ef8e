"""Signing in at either door, and getting a forgotten password back."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.registration import DocumentNumberField, NewPasswordForm
from kit.forms import BirthDateField, EmailField, Form, MobileField, PasswordField


class SignInForm(Form):
    """The citizens' door."""

    number = DocumentNumberField(
        label=_("National, personal or passport number"),
        error_messages={"required": _("Enter your number")},
    )
    password = PasswordField(label=_("Password"), error_messages={"required": _("Enter your password")})


class StaffSignInForm(Form):
    """The door of the staff."""

    email = EmailField(
        label=_("E-mail"),
        widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "username", "spellcheck": "false"}),
    )
    password = PasswordField(label=_("Password"), error_messages={"required": _("Enter your password")})


class ForgotForm(Form):
    """What somebody still knows: the number of the document and of the telephone."""

    number = DocumentNumberField(
        label=_("National, personal or passport number"),
        error_messages={"required": _("Enter your number")},
    )
    mobile = MobileField(label=_("Mobile number"))


class ResetForm(NewPasswordForm):
    """The date of birth beside the code, and the new password."""

    birth_date = BirthDateField(
        label=_("Date of birth"), help_text=_("For example 27 / 3 / 1990; a month name works too")
    )
    field_order = ("birth_date", "password", "again")
