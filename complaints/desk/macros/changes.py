"""Changes of a macro: opened and locked for one, overtaken by another, its steps moved, added and removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, TextChoices
from django.http import Http404, HttpRequest, QueryDict
from django.utils import timezone

from accounts.decorators import signed_in_user
from accounts.models import User
from complaints.desk.macros.offered import steps_in_order
from complaints.desk.macros.owners import MacroReach
from complaints.models import Macro, MacroAct, MacroStep
from complaints.models.macros import MOST_STEPS, SPEAKING
from complaints.permissions.annotations import may_change_macro


class MoveWay(TextChoices):
    """Where a step goes."""

    UP = "up"
    DOWN = "down"
    AWAY = "away"


@dataclass(frozen=True)
class MacroEdit:
    """A request to change one macro, which is locked; ``steps`` are in their order."""

    request: HttpRequest
    user: User
    macro: Macro
    steps: Sequence[MacroStep]
    at: datetime

    @property
    def data(self) -> QueryDict | None:
        """Return what was posted, None while the page is only opened."""
        return self.request.POST if self.request.method == "POST" else None

    @property
    def is_overtaken(self) -> bool:
        """Tell whether somebody changed the macro since the page was opened."""
        return self.data is not None and self.data.get("seen") != self.macro.changed_at.isoformat()

    @property
    def reach(self) -> MacroReach:
        """Return what can be put into the macro."""
        return MacroReach(self.macro, self.user, self.at)

    @property
    def acts_to_add(self) -> list[MacroAct]:
        """Return the acts that one more step can have: each stands once but labels, and the citizen is told once."""
        if len(self.steps) >= MOST_STEPS:
            return []
        taken = {step.act for step in self.steps} - {MacroAct.LABEL}
        closed = taken | (SPEAKING if taken & SPEAKING else set())
        return [act for act in self.reach.acts if act not in closed]

    def touch(self, *fields: str) -> None:
        """Save ``fields`` of the macro, and who changed it and when."""
        self.macro.changed_by, self.macro.changed_at = self.user, self.at
        self.macro.save(update_fields=[*fields, "changed_by", "changed_at"])


def open_edit(request: HttpRequest, key: int) -> MacroEdit:
    """Return a macro locked for its change with its steps; 404 for whoever may not change it."""
    user, at = signed_in_user(request), timezone.now()
    locked = Macro.objects.select_for_update(of=("self",)).select_related("agency", "changed_by")
    macro = locked.filter(pk=key).first()
    if macro is None or not may_change_macro(macro, user, at=at):
        raise Http404
    return MacroEdit(request, user, macro, list(steps_in_order().filter(macro=macro)), at)


def move(edit: MacroEdit, step: MacroStep, way: MoveWay) -> None:
    """Move ``step`` one place up or down, or remove it; at the end of the list nothing moves."""
    if way == MoveWay.AWAY:
        step.delete()
        edit.macro.steps.filter(number__gt=step.number).update(number=F("number") - 1)
    else:
        number = step.number + (1 if way == MoveWay.DOWN else -1)
        if not edit.macro.steps.filter(number=number).update(number=step.number):
            return
        MacroStep.objects.filter(pk=step.pk).update(number=number)
    edit.touch()
