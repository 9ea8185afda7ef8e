"""The pages of people and of their changes in the menu."""

from django.utils.translation import gettext_lazy as _

from accounts.roles import STAFF_CHANGE_READERS, STAFF_MANAGERS
from kit.menu import MenuEntry

_PERSON = "person people-invite person-details person-role person-role-end person-absence"
PEOPLE = MenuEntry("people", _("People"), STAFF_MANAGERS, within=_PERSON)
CHANGES = MenuEntry("staff-changes", _("Changes of staff"), STAFF_CHANGE_READERS)
