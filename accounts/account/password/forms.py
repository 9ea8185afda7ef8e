"""The form for a new password."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.sign_in.passwords.forms import NewPasswordForm
from kit.forms import PasswordField


class ChangePasswordForm(NewPasswordForm):
    """The present password, and the new one twice."""

    current = PasswordField(label=_("Your current password"))
    field_order = ("current", "password", "again")
