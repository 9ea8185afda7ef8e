"""The pages of the unit in the menu."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import CMU
from kit.menu import MenuEntry

TRIAGE = MenuEntry("triage", _("Triage"), CMU)
PRECEDENTS = MenuEntry("precedents", _("Precedents"), CMU)
ENDED_AGENCIES = MenuEntry("ended-agencies", _("Former agencies"), CMU, within="ended-agency")
