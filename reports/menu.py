"""The page of reports in the menu."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import REPORT_READERS
from kit.menu import MenuEntry

REPORTS = MenuEntry("reports", _("Reports"), REPORT_READERS)
