"""The pages of reports in the menu."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import LADDER, REPORT_READERS
from kit.menu import MenuEntry

REPORTS = MenuEntry("reports", _("Reports"), REPORT_READERS)
DIRECTIVES = MenuEntry(
    "directives",
    _("Directives"),
    REPORT_READERS | frozenset(LADDER),
    within="directive directive-new directive-step directive-decision",
)
