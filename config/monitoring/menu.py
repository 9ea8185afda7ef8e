"""The status page in the menu."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.roles import SYSTEM_READERS
from kit.menu import MenuEntry

STATUS: Final = MenuEntry("system-status", _("System status"), SYSTEM_READERS, within="system-limits")
