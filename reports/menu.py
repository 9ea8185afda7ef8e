"""The pages of reports in the menu."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import CMU, LADDER, REPORT_READERS
from kit.menu import MenuEntry

REPORTS = MenuEntry("reports", _("Reports"), REPORT_READERS)
DIRECTIVES = MenuEntry(
    "directives",
    _("Directives"),
    REPORT_READERS | frozenset(LADDER),
    within="directive directive-new directive-step directive-decision",
)
AUDITS = MenuEntry(
    "audits",
    _("Audit of answers"),
    CMU,
    within="audit-round audit-item audit-disputes audit-settle challenged-answers",
)
PERIODIC = MenuEntry(
    "periodic-reports",
    _("Periodic reports"),
    REPORT_READERS,
    within="periodic-report periodic-report-new periodic-report-act periodic-report-comment periodic-report-send-back "
    "periodic-report-correct periodic-report-changed",
)
