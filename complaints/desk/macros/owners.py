"""Whose a macro is, and what its steps can name: acts, officers, directorates and standard texts of its agencies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from accounts.models import User
from accounts.roles import CMU, DESK
from agencies.models import Agency
from complaints.desk.macros.offered import ACTION_OF
from complaints.models import Macro, MacroAct
from complaints.workflow import ACTIONS, Actor


@dataclass(frozen=True)
class MacroReach:
    """What ``user`` can put into ``macro`` at a moment."""

    macro: Macro
    user: User
    at: datetime

    @property
    def on(self) -> date:
        """Return the day."""
        return timezone.localdate(self.at)

    @property
    def agencies(self) -> list[Agency]:
        """Return the agencies whose officers and directorates its steps can name: its own, or those of its owner."""
        if self.macro.agency is not None:
            return [self.macro.agency]
        return list(Agency.objects.filter(pk__in=self.user.authority(self.at).agencies(DESK)).order_by("pk"))

    @property
    def acts(self) -> list[MacroAct]:
        """Return the acts its steps can have: what its users may do at all."""
        authority, agency = self.user.authority(self.at), self.macro.agency_id
        is_of_unit = authority.has(CMU) if agency is None else agency in authority.agencies(CMU)
        what = {Actor.CMU} if is_of_unit else {Actor.OFFICER, Actor.SUPERVISOR}
        return [act for act in MacroAct if ACTIONS[ACTION_OF[act]].who & what]
