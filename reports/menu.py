"""The pages of figures and reports in the menu."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import CMU, LADDER, READERS, REPORT_READERS, Role
from kit.menu import MenuEntry

TODAY = MenuEntry("unit-dashboard", _("What to decide today"), CMU)
PM_OFFICE = MenuEntry("pm-dashboard", _("Complaints of the country"), frozenset({Role.PM_OFFICE}))
OWN_FIGURES = MenuEntry(
    "own-figures", _("How we stand"), READERS, hidden_from=REPORT_READERS, within="agency-dashboard figure-cases"
)
REPORTS = MenuEntry("reports", _("All figures"), REPORT_READERS, within="figure-cases")
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
COMMITMENT = MenuEntry(
    "commitment",
    _("Commitment index"),
    REPORT_READERS | READERS,
    within="commitment-edition commitment-agency commitment-rules",
)
CIRCULATION = MenuEntry("circulations", _("Circulation of reports"), REPORT_READERS, within="circulation")
ANNEXES = MenuEntry(
    "annexes", _("Annexes to reports"), READERS, hidden_from=REPORT_READERS, within="annex annex-answer"
)
PHENOMENA = MenuEntry(
    "phenomena",
    _("Phenomena"),
    REPORT_READERS | frozenset(LADDER),
    within="phenomenon phenomenon-new phenomenon-edit phenomenon-dismiss phenomenon-commit phenomenon-evidence "
    "phenomenon-cases",
)
