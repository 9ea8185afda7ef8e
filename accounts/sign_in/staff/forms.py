"""The form by which staff sign in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from kit.forms import EmailField, Form, PasswordField


class StaffSignInForm(Form):
    """E-mail address and password."""

    email = EmailField(
        label=_("E-mail"),
        widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "username", "spellcheck": "false"}),
    )
    password = PasswordField(label=_("Password"), error_messages={"required": _("Enter your password")})
