"""The pages of officers and directorates in the menu."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import CMU, DESK, LEADERSHIP, SUPERVISION
from complaints.desk.directorate.members import MEMBERS
from kit.menu import MenuEntry

ALL_CASES = MenuEntry("queue", _("All cases"), CMU)
QUEUE = MenuEntry("queue", _("Work queue"), DESK, hidden_from=CMU)
LATE_CASES = MenuEntry("late-cases", _("Late cases of the agency"), LEADERSHIP)
LIKELY_MISSED = MenuEntry("likely-missed", _("Promises likely to be missed"), CMU | DESK)
TEXTS = MenuEntry("texts", _("Standard texts"), CMU | DESK, within="text text-new text-delete")
MACROS = MenuEntry(
    "macros",
    _("Macros"),
    CMU | DESK,
    within="macro-new macro macro-delete macro-step-add macro-step",
)
OFFICERS = MenuEntry("officers", _("Officers"), CMU | SUPERVISION, within="officers-absence officers-reassign")
DIRECTORATE = MenuEntry("directorate-requests", _("Requests to the directorate"), MEMBERS, within="directorate-request")
KNOWN_PROBLEMS = MenuEntry(
    "desk-known-problems",
    _("Known problems"),
    CMU | SUPERVISION,
    within="desk-known-problem-new desk-known-problem desk-known-problem-end",
)
SITES = MenuEntry("desk-sites", _("Agencies' websites"), CMU | SUPERVISION)
