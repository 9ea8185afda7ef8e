"""What waits for a decision of the unit now: counts that lead to where each is made, and the first cases of triage."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from complaints.models import Case, CaseQuerySet, Refusal
from complaints.workflow import Action, State
from kit.counts import CountOf

#: Counting stops here, so that a full list costs what a short one does.
CAP: Final = 999
#: So many cases of triage are shown, those that tell of danger to life first.
MOST_SHOWN: Final = 5


@dataclass(frozen=True)
class Waiting:
    """One kind of decision: its cases among those of the unit, what it is called, its colour, and where it is made."""

    cases: Callable[[CaseQuerySet], CaseQuerySet]
    label: StrPromise
    colour: str
    page: str
    query: str = ""


WAITING: Final[Mapping[str, Waiting]] = {
    "danger": Waiting(
        lambda scope: scope.urgent().filter(state=State.TRIAGE), _("Danger to life, in triage"), "bad", "triage"
    ),
    "triage": Waiting(lambda scope: scope.filter(state=State.TRIAGE), _("To triage"), "wait", "triage"),
    "refusals": Waiting(
        lambda scope: scope.filter(state=State.TRIAGE, last_action__in=(Action.DECLINE, Action.RETURN)),
        _("Declined cases to rule on"),
        "wait",
        "triage",
    ),
    "objections": Waiting(
        lambda scope: scope.filter(state=State.OBJECTED),
        _("Objections to decide"),
        "wait",
        "figure-cases",
        "?list=open-objections",
    ),
    "asked": Waiting(
        lambda scope: scope.filter(unit_asked_at__isnull=False),
        _("Asked to step in"),
        "warn",
        "queue",
        "?view=asked",
    ),
}


def waiting_counts(user: User, *, at: datetime) -> dict[str, int]:
    """Return how many cases wait for each kind of decision, ``CAP`` + 1 at most; one statement."""
    scope = Case.objects.at_desk_of(user, at=at).order_by()
    parts = {name: CountOf(kind.cases(scope).values("pk")[: CAP + 1]) for name, kind in WAITING.items()}
    # One row to hang the counts on: the person's own.
    found: dict[str, int] = cast("Any", User.objects.filter(pk=user.pk)).values(**parts).get()
    return found


@dataclass(frozen=True)
class TriageCase:
    """A case that waits for an owner, with the newest refusal if an agency has sent it back."""

    case: Case
    refusal: Refusal | None


def first_of_triage(user: User, *, at: datetime) -> list[TriageCase]:
    """Return the cases of triage to look at first: danger to life, then the nearest deadline; two statements."""
    waiting = Case.objects.at_desk_of(user, at=at).filter(state=State.TRIAGE)
    cases: Sequence[Case] = list(waiting.for_listing().order_by("-is_urgent", "deadline_at", "pk")[:MOST_SHOWN])
    refusals = Refusal.objects.standing().filter(case__in=cases).select_related("agency").order_by("at", "pk")
    newest = {refusal.case_id: refusal for refusal in refusals}
    return [TriageCase(case, newest.get(case.pk)) for case in cases]
