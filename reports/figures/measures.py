"""The measures: each one defined here, once, from the amounts that entries add up to.

``docs/figures.md`` is generated from this module, and pages show the same sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor
from types import MappingProxyType
from typing import Final, Literal

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from reports.models.figures import FLOWS, HOLDERS, STOCKS

# ---- Sums, shares and ranks of counts, of which measures are made. ----


#: The decimals of a share: so fine that it is right in whole percent too, up to ten million cases.
SHARE: Final = Decimal("0.000000001")


def added[K](counts: Iterable[Mapping[K, int]]) -> dict[K, int]:
    """Return the sum of counts, key by key."""
    found: dict[K, int] = {}
    for each in counts:
        for key, number in each.items():
            found[key] = found.get(key, 0) + number
    return found


def ratio(part: int, whole: int, places: Decimal) -> Decimal | None:
    """Return a part of a whole to so many ``places``; None of nothing."""
    return (Decimal(part) / whole).quantize(places) if whole > 0 else None


def whole_percent(share: Fraction | Decimal | float) -> int:
    """Return a part of 1 in whole percent, half up, as every page, sentence and file says it."""
    return floor(Fraction(share) * 100 + Fraction(1, 2))


def quantile(spread: Mapping[int, int], rank: Decimal) -> int | None:
    """Return the smallest number of days within which at least the share ``rank`` was done; None if nothing was."""
    needed, done = rank * sum(spread.values()), 0
    for days in sorted(spread):
        done += spread[days]
        if done >= needed and done > 0:
            return days
    return None


type Unit = Literal["count", "share", "working_days", "hours", "score"]
type Value = int | Decimal | None

#: The names of the amounts of one group of cases: flows, stocks, and working seconds by holder.
NAMES: Final = (*FLOWS, *STOCKS, *HOLDERS)
_HOUR: Final = 3600
_SCORE, _MEDIAN, _NINETIETH = map(Decimal, ("0.01", "0.5", "0.9"))
_NONE: Final[Mapping[int, int]] = MappingProxyType({})
#: The days that are kept of decisions and of answers.
DAYS_OF: Final = {"decided": "decide_days", "answered": "answer_days"}


@dataclass(frozen=True)
class Figures:
    """What one group of cases adds up to; ``decided`` and ``answered`` say how many took how many working days."""

    amounts: Mapping[str, int] = field(default_factory=dict)
    decided: Mapping[int, int] = _NONE
    answered: Mapping[int, int] = _NONE

    def value(self, measure: str) -> Value:
        """Return the value of a measure, None where there is nothing to measure; KeyError for an unknown one."""
        return MEASURES[measure].value(self)

    def base(self, measure: str) -> int:
        """Return how many cases or acts a share, a score or a number of days is taken of; a count is its own."""
        return MEASURES[measure].base(self)

    def amount(self, name: str) -> int:
        """Return one amount of ``NAMES``; KeyError for one that was not read."""
        return self.amounts[name] if self.amounts else 0

    @classmethod
    def together(cls, figures: Iterable[Figures]) -> Figures:
        """Return what several groups add up to."""
        found = list(figures)
        return cls(
            added(each.amounts for each in found),
            added(each.decided for each in found),
            added(each.answered for each in found),
        )

    def __add__(self, other: Figures) -> Figures:
        return Figures.together((self, other))

    def __bool__(self) -> bool:
        return any(self.amounts.values())


@dataclass(frozen=True)
class Measure:
    """One measure: its label, its formula in a sentence, its unit, and whether more or less of it is better.

    ``needs`` are the amounts it is computed from, or which of ``DAYS``.
    """

    name: str
    label: Promise
    formula: Promise
    unit: Unit
    better: Literal["more", "less"] | None
    value: Callable[[Figures], Value]
    base: Callable[[Figures], int]
    needs: tuple[str, ...]


def _count(
    name: str,
    label: Promise,
    formula: Promise,
    better: Literal["more", "less"] | None = None,
    *,
    amount: str = "",
) -> Measure:
    def number(figures: Figures) -> int:
        return figures.amount(amount or name)

    return Measure(name, label, formula, "count", better, number, number, (amount or name,))


def _share(
    name: str, label: Promise, formula: Promise, better: Literal["more", "less"], *, part: str, whole: tuple[str, ...]
) -> Measure:
    def base(figures: Figures) -> int:
        return sum(map(figures.amount, whole))

    def share(figures: Figures) -> Value:
        return ratio(figures.amount(part), base(figures), SHARE)

    return Measure(name, label, formula, "share", better, share, base, (part, *whole))


def _days(
    name: str, label: Promise, formula: Promise, *, acts: Literal["decided", "answered"], rank: Decimal
) -> Measure:
    def spread(figures: Figures) -> Mapping[int, int]:
        return figures.decided if acts == "decided" else figures.answered

    def days(figures: Figures) -> Value:
        return quantile(spread(figures), rank)

    def base(figures: Figures) -> int:
        return sum(spread(figures).values())

    return Measure(name, label, formula, "working_days", "less", days, base, (DAYS_OF[acts],))


def _held(holder: str, label: Promise, formula: Promise) -> Measure:
    def hours(figures: Figures) -> int:
        return figures.amount(holder) // _HOUR

    return Measure(f"held_{holder}", label, formula, "hours", None, hours, hours, (holder,))


def _gap(figures: Figures) -> Value:
    return ratio(_standing(figures) - figures.amount("confirmed"), _standing(figures), SHARE)


def _satisfaction(figures: Figures) -> Value:
    return ratio(figures.amount("treatment"), figures.amount("treated"), _SCORE)


#: What the citizen says of the answers that stand.
_ANSWERS: Final = ("confirmed", "disputed", "unanswered")


def _standing(figures: Figures) -> int:
    return sum(map(figures.amount, _ANSWERS))


_ALL: Final = (
    _count("received", pgettext_lazy("figures", "Received"), _("Cases filed in the period.")),
    _count(
        "closed",
        pgettext_lazy("figures", "Closed"),
        _("Cases closed in the period and still closed at its end, with any outcome, withdrawn ones too."),
    ),
    _count(
        "pending",
        pgettext_lazy("figures", "Pending"),
        _("Cases filed before the end of the period and not closed at its end."),
        "less",
    ),
    _count(
        "pending_week",
        _("Pending up to 7 days"),
        _("Pending cases filed less than 7 days before the end of the period."),
        amount="age_week",
    ),
    _count(
        "pending_month",
        _("Pending 7 to 30 days"),
        _("Pending cases filed from 7 to 30 days before the end of the period."),
        amount="age_month",
    ),
    _count(
        "pending_quarter",
        _("Pending 30 to 90 days"),
        _("Pending cases filed from 30 to 90 days before the end of the period."),
        "less",
        amount="age_quarter",
    ),
    _count(
        "pending_older",
        _("Pending over 90 days"),
        _("Pending cases filed 90 days or more before the end of the period."),
        "less",
        amount="age_older",
    ),
    _count(
        "late",
        _("Past first deadline"),
        _(
            "Pending cases whose first deadline had passed at the end of the period. Extensions do not change this. "
            "Days spent waiting for the citizen do not count."
        ),
        "less",
    ),
    _count(
        "decided",
        _("Decisions on responsibility"),
        _("Decisions of an agency in the period whether a case is its responsibility, counted for that agency."),
    ),
    _share(
        "decided_on_time",
        _("Decided on time"),
        _("The share of the decisions on responsibility that were made by their first deadline."),
        "more",
        part="decided_in_time",
        whole=("decided",),
    ),
    _days(
        "days_to_decide_median",
        _("Working days to decide, half of the cases"),
        _("The working days from a referral within which half of the decisions on responsibility were made."),
        acts="decided",
        rank=_MEDIAN,
    ),
    _days(
        "days_to_decide_p90",
        _("Working days to decide, 9 of 10 cases"),
        _("The working days from a referral within which 9 of 10 decisions on responsibility were made."),
        acts="decided",
        rank=_NINETIETH,
    ),
    _count(
        "answered",
        pgettext_lazy("figures", "Answers"),
        _("Answers given in the period and not undone, counted for the agency that gave them."),
    ),
    _share(
        "answered_on_time",
        _("Answered on time"),
        _("The share of the answers that were given by the first deadline. Extensions do not change this."),
        "more",
        part="answered_in_time",
        whole=("answered",),
    ),
    _days(
        "days_to_answer_median",
        _("Working days to answer, half of the cases"),
        _("The working days from filing within which half of the answers were given."),
        acts="answered",
        rank=_MEDIAN,
    ),
    _days(
        "days_to_answer_p90",
        _("Working days to answer, 9 of 10 cases"),
        _("The working days from filing within which 9 of 10 answers were given."),
        acts="answered",
        rank=_NINETIETH,
    ),
    _held(
        "desk",
        _("Working hours with the agency"),
        _("The working hours in the period that cases spent with the agency itself, added up over all cases."),
    ),
    _held(
        "directorate",
        _("Working hours with directorates"),
        _("The working hours in the period that cases spent with directorates of the agency, added up over all cases."),
    ),
    _held(
        "citizen",
        _("Working hours with citizens"),
        _("The working hours in the period that cases waited for their citizens, added up over all cases."),
    ),
    _held(
        "unit",
        _("Working hours with the CMU"),
        _("The working hours in the period that cases spent with the CMU, added up over all cases."),
    ),
    _held(
        "outside",
        _("Working hours with outside centres"),
        _("The working hours in the period that cases spent with outside centres, added up over all cases."),
    ),
    _count(
        "bounces",
        pgettext_lazy("figures", "Sent back"),
        _("Cases sent back in the period as not the agency's responsibility, counted for that agency."),
        "less",
        amount="bounced",
    ),
    _count(
        "extensions",
        pgettext_lazy("figures", "Extensions"),
        _("Later reply dates granted in the period, counted for the agency that got them."),
        "less",
        amount="extended",
    ),
    _count(
        "objections",
        pgettext_lazy("figures", "Objections"),
        _("Objections made in the period, counted for the agency that had closed the case."),
        "less",
        amount="objected",
    ),
    _count(
        "objections_upheld",
        _("Objections accepted"),
        _("Objections that the CMU accepted in the period, counted for the agency that had closed the case."),
        "less",
        amount="upheld",
    ),
    _count(
        "confirmed",
        pgettext_lazy("figures", "Confirmed solved"),
        _(
            "Cases answered in the period whose citizen's last word on that answer, by the end of the period, "
            "is that the problem is solved."
        ),
        "more",
    ),
    _count(
        "disputed",
        pgettext_lazy("figures", "Disputed"),
        _(
            "Cases answered in the period whose citizen's last word on that answer, by the end of the period, "
            "is that the problem is not or only partly solved, or an objection."
        ),
        "less",
    ),
    _count(
        "unanswered",
        _("Citizen has not said"),
        _("Cases answered in the period whose citizen has not said by its end whether the problem is solved."),
    ),
    Measure(
        "confirmed_gap",
        _("Answered but not confirmed"),
        _("The share of the cases answered in the period that their citizens have not confirmed as solved."),
        "share",
        "less",
        _gap,
        _standing,
        _ANSWERS,
    ),
    _count(
        "came_back",
        pgettext_lazy("figures", "Came back"),
        _(
            "Complaints filed in the period about a topic at a place for which an earlier complaint had been closed "
            "shortly before. Cases linked to another one as the same problem are not counted."
        ),
        "less",
    ),
    Measure(
        "satisfaction",
        _("Treatment, 1 to 5"),
        _("The average of how citizens rate the way they were treated, from 1 to 5, over the answers of the period."),
        "score",
        "more",
        _satisfaction,
        lambda figures: figures.amount("treated"),
        ("treatment", "treated"),
    ),
    _share(
        "rated",
        _("Share rated"),
        _("The share of the answers of the period that their citizens have rated by its end."),
        "more",
        part="rated",
        whole=_ANSWERS,
    ),
    _count(
        "challenged_sent",
        _("Challenged answers sent"),
        _("Answers given in the period although the check of answers found them to lack substance."),
        "less",
        amount="challenged",
    ),
    _count(
        "hollow_found",
        _("Hollow answers found by audit"),
        _("Answers that the audit of closings found hollow in the period, counted once its round is over."),
        "less",
        amount="hollow",
    ),
    _count(
        "messages_failed",
        _("Messages not delivered"),
        _("Messages about cases that could not be delivered, counted on the day that was known."),
        "less",
        amount="failed",
    ),
    _count(
        "topic_corrections",
        _("Topics corrected"),
        _("Corrections of the topic of a case made in the period, counted for the agency that had the case."),
        amount="reclassified",
    ),
)

#: All measures by name, in the order they are shown.
MEASURES: Final[Mapping[str, Measure]] = MappingProxyType({measure.name: measure for measure in _ALL})


def needed(measures: Iterable[str]) -> frozenset[str]:
    """Return the amounts that ``measures``, or amounts among them, are computed from, and which of ``DAYS``."""
    return frozenset(name for each in measures for name in (MEASURES[each].needs if each in MEASURES else (each,)))


# ---- The document of the measures: ``docs/figures.md``, written from their definitions. ----


_UNITS: Final = {
    "count": "a number",
    "share": "a share of 100",
    "working_days": "working days",
    "hours": "working hours",
    "score": "a score",
}
_BETTER: Final = {"more": "more is better", "less": "less is better", None: "neither"}

_HEAD: Final = """# Figures

This document is written by `manage.py figures_document` from `reports/figures/measures.py`, the only place where a
measure is defined; a test compares the two. Pages show the same sentences.

A figure shows how things stood at the end of its period, or now while the period lasts: what happened afterwards
changes nothing. A case counts for the agency it was with at that end. What an agency did (a decision, an answer, a
case sent back) counts for the agency that did it. Work that another agency does today counts for that agency. A
correction of the topic or the kind of a case changes past figures too.

`manage.py rebuild_figures` counts all kept figures anew, `manage.py verify_figures` compares them with the
history. [Decision 139](decisions/0139-entries-of-each-case-and-kept-sums.md) says how they are kept.

| measure | name in code | formula | unit | which is better |
|---|---|---|---|---|
"""


def markdown() -> str:
    """Return the document, in English."""
    with translation.override("en"):
        return _HEAD + "".join(_rows())


def _rows() -> Iterator[str]:
    for measure in MEASURES.values():
        cells = (measure.label, f"`{measure.name}`", measure.formula, _UNITS[measure.unit], _BETTER[measure.better])
        yield f"| {' | '.join(map(str, cells))} |\n"
