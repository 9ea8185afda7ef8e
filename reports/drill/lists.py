"""The lists of cases that numbers open: one for each measure and outcome, and those of cases as they are now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import ClassVar, Final, cast

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.roles import LADDER
from complaints.models import CaseQuerySet, Clock, ClockStep
from complaints.workflow import OPEN, ClockKind, Outcome, State
from kit.keyset import Order
from reports.figures.measures import MEASURES
from reports.models.amounts import FLOWS, HOLDERS, outcome_amount

#: What can happen to one case several times in a period, and is counted each time.
REPEATED: Final = frozenset(
    {"decided", "decided_in_time", "bounced", "extended", "objected", "upheld", "failed", "reclassified"}
)


@dataclass(frozen=True)
class CountedList:
    """The cases behind a measure: those for which the amounts ``plus`` less ``minus`` are more than nothing.

    ``other`` names the list of the cases that a share leaves out. ``among`` is an amount that every such entry adds
    too, and whose index finds it.
    """

    label: StrPromise
    plus: tuple[str, ...]
    minus: tuple[str, ...] = ()
    other: str = ""
    among: str = ""

    @property
    def is_of_acts(self) -> bool:
        """Tell whether it lists what happened in a period, and not what stands at its end."""
        return self.plus[0] in FLOWS

    @property
    def counts_each_time(self) -> bool:
        """Tell whether the number may be greater than that of the cases, since each is listed once."""
        return self.plus[0] in REPEATED


@dataclass(frozen=True)
class StandingList:
    """Cases as they are now: ``cases`` filters those of a reader at a moment."""

    label: StrPromise
    cases: Callable[[CaseQuerySet, datetime], CaseQuerySet]

    #: The nearest deadline first.
    order: ClassVar[Order] = Order("deadline_at")


def _counted(measure: str, *plus: str, other: str = "") -> tuple[str, CountedList]:
    return measure, CountedList(cast("StrPromise", MEASURES[measure].label), plus, other=other)


_SAID: Final = ("confirmed", "disputed", "unanswered")

#: The list of each measure, of what shares leave out, and of each outcome.
COUNTED: Final[Mapping[str, CountedList]] = MappingProxyType(
    dict(
        (
            _counted("received", "received"),
            _counted("came_back", "came_back"),
            _counted("closed", "closed"),
            _counted("pending", "pending"),
            _counted("pending_week", "age_week"),
            _counted("pending_month", "age_month"),
            _counted("pending_quarter", "age_quarter"),
            _counted("pending_older", "age_older"),
            _counted("late", "late"),
            _counted("decided", "decided"),
            _counted("decided_on_time", "decided_in_time", other="decided_late"),
            _counted("days_to_decide_median", "decided"),
            _counted("days_to_decide_p90", "decided"),
            _counted("answered", "answered"),
            _counted("answered_on_time", "answered_in_time", other="answered_late"),
            _counted("days_to_answer_median", "answered"),
            _counted("days_to_answer_p90", "answered"),
            *(_counted(f"held_{holder}", f"held_{holder}") for holder in HOLDERS),
            _counted("bounces", "bounced"),
            _counted("extensions", "extended"),
            _counted("objections", "objected"),
            _counted("objections_upheld", "upheld"),
            _counted("confirmed", "confirmed"),
            _counted("disputed", "disputed"),
            _counted("unanswered", "unanswered"),
            _counted("confirmed_gap", "disputed", "unanswered"),
            _counted("satisfaction", "treated"),
            _counted("rated", "rated", other="not_rated"),
            _counted("challenged_sent", "challenged"),
            _counted("hollow_found", "hollow"),
            _counted("messages_failed", "failed"),
            _counted("topic_corrections", "reclassified"),
        )
    )
    | {
        "decided_late": CountedList(_("Decided late"), ("decided",), ("decided_in_time",), other="decided_on_time"),
        "answered_late": CountedList(
            _("Answered late"), ("answered",), ("answered_in_time",), other="answered_on_time"
        ),
        "not_rated": CountedList(_("Not rated"), _SAID, ("rated",), other="rated"),
    }
    | {
        outcome_amount(outcome): CountedList(outcome.label, (outcome_amount(outcome),), among="closed")
        for outcome in Outcome
    }
)


# ---- as they are now ----


def _missed(kind: ClockKind) -> Callable[[CaseQuerySet, datetime], CaseQuerySet]:
    def find(cases: CaseQuerySet, at: datetime) -> CaseQuerySet:
        return cases.filter(pk__in=_missed_clocks(at).filter(kind=kind).values("case"))

    return find


def _reported(level: int) -> Callable[[CaseQuerySet, datetime], CaseQuerySet]:
    """Return the filter for cases with a missed deadline that was reported up to a level and no higher."""

    def find(cases: CaseQuerySet, at: datetime) -> CaseQuerySet:
        steps = ClockStep.objects.filter(clock=OuterRef("pk"))
        reached = _missed_clocks(at).filter(Exists(steps.filter(step=LADDER[level])))
        higher = steps.filter(step__in=LADDER[level + 1 :])
        return cases.filter(pk__in=reached.filter(~Exists(higher)).values("case"))

    return find


def _missed_clocks(at: datetime) -> QuerySet[Clock]:
    running = Clock.objects.filter(ended_at__isnull=True, paused_at__isnull=True, due_at__lt=at)
    return running.exclude(kind__in=(ClockKind.CITIZEN_REPLY, ClockKind.MAY_OBJECT)).order_by()


def _due_in_a_week(cases: CaseQuerySet, at: datetime) -> CaseQuerySet:
    return cases.filter(state__in=OPEN - {State.WAITING}, deadline_at__gte=at, deadline_at__lt=at + timedelta(days=7))


STANDING: Final[Mapping[str, StandingList]] = MappingProxyType(
    {
        "open-objections": StandingList(
            _("Objections to decide"), lambda cases, _at: cases.filter(state=State.OBJECTED)
        ),
        "due-in-a-week": StandingList(_("Due in 7 days"), _due_in_a_week),
    }
    | {f"missed-{kind}": StandingList(kind.label, _missed(kind)) for kind in ClockKind}
    | {f"level-{role}": StandingList(role.label, _reported(level)) for level, role in enumerate(LADDER)}
)
