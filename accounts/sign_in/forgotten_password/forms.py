"""The forms by which a forgotten password is replaced."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts import phones
from accounts.identity.form_fields import DocumentNumberField
from accounts.sign_in.passwords.forms import NewPasswordForm
from kit.forms import BirthDateField, Form, MobileField


class ForgotForm(Form):
    """Document number and phone of whoever forgot the password."""

    number = DocumentNumberField(
        label=_("National, personal or passport number"),
        error_messages={"required": _("Enter your national, personal or passport number")},
    )
    mobile = MobileField(
        label=_("Mobile number"),
        regions=phones.all_regions,
        error_messages={"required": _("Enter your mobile number")},
    )


class ResetForm(NewPasswordForm):
    """The date of birth, and the new password."""

    birth_date = BirthDateField(
        label=_("Date of birth"),
        help_text=_("For example 27 / 3 / 1990. You can also write the name of the month"),
        error_messages={"required": _("Enter your date of birth")},
    )
    field_order = ("birth_date", "password", "again")
