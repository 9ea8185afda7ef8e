"""The pages of messages and their wordings in the menu."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import CMU, OPERATORS
from kit.menu import MenuEntry

MESSAGES = MenuEntry("messages", _("Messages"), CMU | OPERATORS, within="message")
WORDINGS = MenuEntry("wordings", _("Message templates"), CMU, within="wording")
