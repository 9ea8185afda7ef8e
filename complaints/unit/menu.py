"""The pages of the unit in the menu."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import CMU, UNIT_HEAD, Role
from kit.menu import MenuEntry

TRIAGE = MenuEntry("triage", _("Triage"), CMU)
PRECEDENTS = MenuEntry("precedents", _("Precedents"), CMU, within="precedent-new precedent-change")
CONFUSIONS = MenuEntry("confusions", _("Topics that get mixed up"), CMU)
PUBLISHED = MenuEntry(
    "published-answers", _("Published answers"), CMU, within="published-answer-new published-answer desk-publish"
)
ENDED_AGENCIES = MenuEntry("ended-agencies", _("Former agencies"), CMU, within="ended-agency")
IDENTITIES = MenuEntry("identities", _("Identities"), CMU, within="identity")
MANDATES = MenuEntry("unit-mandates", _("Mandates"), CMU, within="unit-mandate")
PROGRAM_KEYS = MenuEntry("program-keys", _("Keys of programs"), UNIT_HEAD)
DIRECTORY = MenuEntry(
    "directory",
    _("Reference data"),
    UNIT_HEAD,
    within=(
        "directory-rows directory-row directory-add directory-change directory-end directory-import "
        "directory-policies directory-policy directory-policy-new successions succession succession-plan"
    ),
)
#: For the second person; the head comes to it from the reference data.
POLICIES = MenuEntry(
    "directory-policies", _("Usage policy"), frozenset({Role.AUDITOR}), within="directory-policy", hidden_from=UNIT_HEAD
)
PROGRAMS = MenuEntry("programs", _("Programs outside"), UNIT_HEAD, within="program program-secret")
PRIVACY_REQUESTS = MenuEntry("privacy-requests", _("Privacy requests"), CMU, within="privacy-request")
PRIVACY_VIEWS = MenuEntry("privacy-views", _("Who looked"), frozenset({Role.CMU_HEAD, Role.AUDITOR}))
PRIVACY_RETENTION = MenuEntry("privacy-retention", _("Retention"), frozenset({Role.CMU_HEAD, Role.AUDITOR}))
PRIVACY_HOLDS = MenuEntry("privacy-holds", _("Legal holds"), UNIT_HEAD, within="privacy-hold-lift")
PRIVACY_BREACHES = MenuEntry("privacy-breaches", _("Data breaches"), UNIT_HEAD, within="privacy-breach")
