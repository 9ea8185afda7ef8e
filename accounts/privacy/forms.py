"""The form by which a changed policy is accepted."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from kit.forms import Form


class PolicyForm(Form):
    """The acceptance of the policy shown above it."""

    policy = forms.BooleanField(
        label=_("I have read and accept the usage policy"),
        error_messages={"required": _("Accept the usage policy to continue")},
    )
