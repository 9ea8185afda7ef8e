"""Proving who forgot a password, and the new one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.identity.form_fields import DocumentNumberField
from accounts.sign_in.passwords.forms import NewPasswordForm
from kit.forms import BirthDateField, Form, MobileField


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
