"""The pages of the contact centre in the menu."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import CMU, CONTACT_CENTRE
from kit.menu import MenuEntry

NEW_CALL = MenuEntry("calls-new", _("New call"), CONTACT_CENTRE)
CALLS = MenuEntry("calls", _("Calls"), CMU | CONTACT_CENTRE, within="call")
