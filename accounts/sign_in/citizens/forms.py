"""The form by which citizens sign in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.identity.form_fields import DocumentNumberField
from kit.forms import Form, PasswordField


class SignInForm(Form):
    """Number and password."""

    number = DocumentNumberField(
        label=_("National, personal or passport number"),
        error_messages={"required": _("Enter your national, personal or passport number")},
    )
    password = PasswordField(label=_("Password"), error_messages={"required": _("Enter your password")})
