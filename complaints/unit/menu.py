"""The pages of the unit in the menu."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import CMU, Role
from kit.menu import MenuEntry

TRIAGE = MenuEntry("triage", _("Triage"), CMU)
PRECEDENTS = MenuEntry("precedents", _("Precedents"), CMU)
PRIVACY_REQUESTS = MenuEntry("privacy-requests", _("Privacy requests"), CMU, within="privacy-request")
PRIVACY_VIEWS = MenuEntry("privacy-views", _("Who looked"), frozenset({Role.CMU_HEAD, Role.AUDITOR}))
PRIVACY_RETENTION = MenuEntry("privacy-retention", _("Retention"), frozenset({Role.CMU_HEAD, Role.AUDITOR}))
PRIVACY_HOLDS = MenuEntry("privacy-holds", _("Legal holds"), frozenset({Role.CMU_HEAD}), within="privacy-hold-lift")
PRIVACY_BREACHES = MenuEntry(
    "privacy-breaches", _("Data breaches"), frozenset({Role.CMU_HEAD}), within="privacy-breach"
)
ENDED_AGENCIES = MenuEntry("ended-agencies", _("Former agencies"), CMU, within="ended-agency")
IDENTITIES = MenuEntry("identities", _("Identities"), CMU, within="identity")
