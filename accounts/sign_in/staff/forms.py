"""The forms by which staff sign in, or ask for a new password."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from kit.forms import EmailField, Form, PasswordField


class StaffEmailForm(Form):
    """The work address."""

    email = EmailField(
        label=_("E-mail"),
        widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "username", "spellcheck": "false"}),
    )


class StaffSignInForm(StaffEmailForm):
    """E-mail address and password."""

    password = PasswordField(label=_("Password"), error_messages={"required": _("Enter your password")})
