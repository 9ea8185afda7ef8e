"""The form for a new address."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registration.forms import AddressForm
from kit.forms import PasswordField


class ChangeAddressForm(AddressForm):
    """The address, with the password, so that an unattended screen is not enough."""

    current = PasswordField(label=_("Your password"))
