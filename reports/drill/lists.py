"""The addresses of the lists of cases behind numbers, written by every page of figures and read by the page of a list.

An address holds keys and days, never a text or a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from html import escape
from types import MappingProxyType
from typing import ClassVar, Final, cast
from urllib.parse import quote, urlencode

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import get_urlconf, reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.roles import LADDER
from complaints.models import CaseQuerySet, Clock, ClockStep
from complaints.workflow import OPEN, ClockKind, Outcome, State
from kit.keyset import Order
from kit.sent_numbers import sent_number
from reports.figures.measures import MEASURES
from reports.figures.sums import Dimension, Key, Scope
from reports.forms import period_of_address
from reports.models.figures import FLOWS, HOLDERS, outcome_amount
from reports.periods import ReportPeriod

#: The URL name of the page.
PAGE = "figure-cases"
#: What stands in an address for "without one".
_NONE = "-"
_WHOLE = Scope()
#: The list that a cause may limit.
BY_CAUSE = "objections_upheld"
_CAUSE = re.compile("-|[a-z_]{1,12}")


def cases_url(measure: str, period: ReportPeriod, scope: Scope = _WHOLE) -> str:
    """Return the address of the cases that ``measure`` counts in ``period`` and ``scope``."""
    return cases_urls([measure], period, scope)[measure]


def cases_urls(measures: Iterable[str], period: ReportPeriod, scope: Scope = _WHOLE) -> Mapping[str, str]:
    """Return that address for each of ``measures``."""
    days = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    page, others = _page(get_language(), get_urlconf()), urlencode({**days, **_written(scope)})
    return {measure: f"{page}?list={measure}&{others}" for measure in measures}


@lru_cache
def _page(_language: str | None, _urlconf: str | None) -> str:
    """Return the address of the page, which is made once for each language."""
    return reverse(PAGE)


def cases_urls_by(
    dimension: Dimension, measures: Sequence[str], period: ReportPeriod, scope: Scope
) -> Callable[[Key], Mapping[str, str]]:
    """Return what gives these addresses, as markup, for a key of ``dimension`` within ``scope``, for many rows."""
    name = dict(zip(Dimension, (each.name for each in fields(Scope)), strict=True))[dimension]
    addresses = cases_urls(measures, period, replace(scope, **{name: None}))
    beginnings = {measure: f"{escape(address)}&amp;{name}=" for measure, address in addresses.items()}

    def of(key: Key) -> Mapping[str, str]:
        written = _NONE if key is None else quote(str(key))
        return {measure: SafeString(beginning + written) for measure, beginning in beginnings.items()}

    return of


def cause_url(cause: str, period: ReportPeriod, scope: Scope = _WHOLE) -> str:
    """Return the address of the cases whose objection was accepted in ``period`` and ``scope`` for ``cause``."""
    return f"{cases_url(BY_CAUSE, period, scope)}&{urlencode({'cause': cause or _NONE})}"


def list_url(name: str, scope: Scope = _WHOLE) -> str:
    """Return the address of a list of cases as they are now, such as the missed deadlines of a kind."""
    return f"{_page(get_language(), get_urlconf())}?{urlencode({'list': name, **_written(scope)})}"


def _written(scope: Scope) -> dict[str, str]:
    limited = {each.name: getattr(scope, each.name) for each in fields(scope)}
    return {
        name: ",".join(sorted(_NONE if key is None else str(key) for key in keys))
        for name, keys in limited.items()
        if keys is not None
    }


@dataclass(frozen=True)
class AskedList:
    """What an address asks for; ``period`` is None for a list as it is now.

    ``cause`` limits accepted objections to a cause, which is empty where none was stated; None does not.
    """

    name: str
    period: ReportPeriod | None
    scope: Scope
    cause: str | None = None


def read(parameters: Mapping[str, str], *, today: date) -> AskedList | None:
    """Return what the parameters of an address ask for, None if they cannot be read or no report has the days."""
    try:
        return AskedList(parameters.get("list", ""), _period(parameters, today), _scope(parameters), _cause(parameters))
    except ValueError:
        return None


def _period(parameters: Mapping[str, str], today: date) -> ReportPeriod | None:
    if "first" not in parameters and "last" not in parameters:
        return None
    return period_of_address(parameters.get("first", ""), parameters.get("last", ""), today=today)


def _cause(parameters: Mapping[str, str]) -> str | None:
    cause = parameters.get("cause")
    if cause is None:
        return None
    if parameters.get("list") != BY_CAUSE or not _CAUSE.fullmatch(cause):
        raise ValueError
    return "" if cause == _NONE else cause


def _scope(parameters: Mapping[str, str]) -> Scope:
    words = {"kinds", "channels"}
    return Scope(
        **{
            each.name: frozenset(_key(text, is_word=each.name in words) for text in parameters[each.name].split(","))
            for each in fields(Scope)
            if each.name in parameters
        }
    )


def _key(text: str, *, is_word: bool) -> Key:
    if text == _NONE:
        return None
    if is_word:
        return text
    key = sent_number(text)
    if key is None:
        raise ValueError
    return key


# ---- The lists of cases that numbers open: one for each measure and outcome, and those of cases as they are
# now.


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
