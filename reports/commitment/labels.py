"""How the groups of the index are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from reports.commitment.index import Group

_GROUPS: Final[Mapping[Group, StrPromise]] = {
    Group.LARGE: _("Agencies with many cases"),
    Group.MEDIUM: _("Agencies with a medium number of cases"),
    Group.SMALL: _("Agencies with few cases"),
}


def group_label(group: Group) -> StrPromise:
    """Return what a group is called."""
    return _GROUPS[group]
