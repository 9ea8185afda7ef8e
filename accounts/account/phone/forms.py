"""The form for a new mobile number."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts import phones
from kit.forms import Form, MobileField, PasswordField


class ChangePhoneForm(Form):
    """The new number, with the password, so that an unattended screen is not enough."""

    mobile = MobileField(label=_("New mobile number"), regions=phones.accepted_regions)
    current = PasswordField(label=_("Your password"))
