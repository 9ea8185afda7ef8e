"""What waits for a decision of the unit now: counts that lead to where each is made, and the first cases of triage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User
from complaints.models import Case, CaseQuerySet, Refusal
from complaints.permissions.readers import ANY_MOMENT, ReaderShape, reader_shape
from complaints.staff.rows import urgent_cases, urgent_first
from complaints.workflow import Action, State
from kit.compiled_reads import CompiledRead, numbered
from kit.counts import CountOf
from kit.keyset import Order

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
    shape, values = reader_shape(user, at=at)
    [numbers] = _COUNTS.rows(shape, **values)
    return dict(zip(WAITING, numbers, strict=True))


def _at_desk(shape: ReaderShape, values: Mapping[str, Any]) -> CaseQuerySet:
    return Case.objects.at_desk_of(cast("User", shape.reader(values)), at=ANY_MOMENT).order_by()


def _counts(shape: ReaderShape, **values: Any) -> QuerySet[User, tuple[int, ...]]:
    scope = _at_desk(shape, values)
    parts = {name: CountOf(kind.cases(scope).values("pk")[: CAP + 1]) for name, kind in WAITING.items()}
    # One row to hang the counts on: the person's own.
    rows: Any = User.objects.filter(pk=values["reader"])
    found: QuerySet[User, tuple[int, ...]] = rows.annotate(**parts).values_list(*parts)
    return found


_COUNTS: Final = CompiledRead(_counts)


@dataclass(frozen=True)
class TriageCase:
    """A case that waits for an owner, with the newest refusal if an agency has sent it back."""

    case: Case
    refusal: Refusal | None


def first_of_triage(user: User, *, at: datetime) -> list[TriageCase]:
    """Return the cases of triage to look at first: danger to life, then the nearest deadline; two statements."""
    shape, values = reader_shape(user, at=at)
    cases = urgent_first(_FIRST.rows(shape, **values), _ORDER).rows[:MOST_SHOWN]
    keys = numbered("case", [case.pk for case in cases])
    newest = {refusal.case_id: refusal for refusal in (_REFUSALS.rows(**keys) if keys else ())}
    return [TriageCase(case, newest.get(case.pk)) for case in cases]


def _first(shape: ReaderShape, **values: Any) -> CaseQuerySet:
    """Return the next cases by deadline and the first urgent ones, each by an index, in the order of deadlines."""
    waiting = _at_desk(shape, values).filter(state=State.TRIAGE)
    ids = waiting.order_by(*_ORDER.columns).values("pk")[:MOST_SHOWN]
    ids = ids.union(urgent_cases(waiting, _ORDER).values("pk")[:MOST_SHOWN], all=True)
    return Case.objects.filter(pk__in=ids).for_listing().order_by(*_ORDER.columns)


_ORDER: Final = Order("deadline_at")
_FIRST: Final = CompiledRead(_first)


def _refusals(_shape: None, **keys: int) -> QuerySet[Refusal]:
    standing = Refusal.objects.standing().filter(case__in=keys.values())
    return standing.select_related("agency").order_by("at", "pk")


_REFUSALS: Final = CompiledRead(_refusals)
