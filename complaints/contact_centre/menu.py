"""The pages of the contact centre in the menu."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import CMU, CONTACT_CENTRE, Role
from kit.menu import MenuEntry

#: Who sees the calls of all agents.
OVERSEERS = CMU | {Role.AGENT_SUPERVISOR}
NEW_CALL = MenuEntry("calls-new", _("New call"), CONTACT_CENTRE)
MY_CALLS = MenuEntry("calls-day", _("My calls"), frozenset({Role.AGENT}), hidden_from=OVERSEERS)
DAY = MenuEntry("calls-day", _("Day of the contact centre"), OVERSEERS)
CALLS = MenuEntry("calls", _("Calls"), CMU | CONTACT_CENTRE, within="call")
