"""Changing one's password and mobile number."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.forms.registration import NewPasswordForm
from config.forms import Form, MobileField, PasswordField


class ChangePasswordForm(NewPasswordForm):
    """The password now, and the new one twice."""

    current = PasswordField(label=_("Your password now"))
    field_order = ("current", "password", "again")


class ChangePhoneForm(Form):
    """The new number, with the password, so that an open screen is not enough."""

    mobile = MobileField(label=_("New mobile number"))
    current = PasswordField(label=_("Your password"))
