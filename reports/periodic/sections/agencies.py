"""Which agencies the cases concern, how far they gather at a few, and the figures of each."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext, ngettext

from reports.documents.tree import Chart, ChartKind, Section
from reports.figures.scopes import Dimension
from reports.periodic import phrases, tables
from reports.periodic.facts import Facts

NAMED = 5
#: Of few agencies, nobody needs to be told how many of them have half of the cases.
FEWEST_TO_HALVE = 4
MEASURES = ("closed", "pending", "late", "answered_on_time")


def section(facts: Facts) -> Section | None:
    """Return the section, None if there is nothing to count."""
    groups = facts.groups(Dimension.AGENCY)
    table = tables.group_table(
        "agencies", gettext("Figures by agency"), gettext("Agency"), groups, MEASURES, total=facts.total
    )
    if not table.rows:
        return None
    said = [_number(facts), most_received(facts, named=NAMED), _half(facts), _unplaced(facts)]
    return Section(
        key="agencies",
        heading=gettext("Agencies"),
        paragraphs=tuple(filter(None, said)),
        tables=(table,),
        charts=(Chart(ChartKind.BARS, table.key, ("received",), gettext("Cases received, by agency")),),
    )


def most_received(facts: Facts, *, named: int) -> str:
    """Name the agencies with most cases, and say what they have together; nothing where there is one only."""
    rows = [(group.name, group.count("received")) for group in facts.agencies]
    if not rows:
        return ""
    words = {"names": phrases.counted_names(rows[:named], facts.received)}
    if len(rows) == 1:
        return gettext("All of them concern one agency: %(names)s.") % words
    if len(rows) <= named:
        return gettext("By agency: %(names)s.") % words
    together = sum(count for _name, count in rows[:named])
    words |= {"cases": phrases.cases(together), "percent": phrases.share(together, facts.received)}
    said = gettext("Agencies with most cases: %(names)s. Together: %(cases)s (%(percent)s of all).") % words
    return " ".join(filter(None, (said, as_many([count for _name, count in rows], named))))


def as_many(counts: Sequence[int], named: int) -> str:
    """Say how many agencies are not among the ``named`` although they have as many cases as the last of these."""
    others = phrases.tied_with_last(counts, named)
    if not others:
        return ""
    return ngettext(
        "%(number)s more agency has as many cases as the last of them.",
        "%(number)s more agencies have as many cases as the last of them.",
        others,
    ) % {"number": phrases.number(others)}


def _number(facts: Facts) -> str:
    count = len(facts.agencies)
    if not count:
        return ""
    return ngettext("The cases received concern %(agencies)s.", "The cases received concern %(agencies)s.", count) % {
        "agencies": phrases.agencies_counted(count)
    }


def _half(facts: Facts) -> str:
    """Say at how few agencies half of the cases are."""
    counts = [group.count("received") for group in facts.agencies]
    if len(counts) < FEWEST_TO_HALVE:
        return ""
    reached, needed = 0, 0
    while reached * 2 < facts.received and needed < len(counts):
        reached += counts[needed]
        needed += 1
    if reached * 2 < facts.received:
        return ""
    words = {"agencies": phrases.agencies_counted(needed), "percent": phrases.share(reached, facts.received)}
    return gettext("At least half of all cases (%(percent)s) concern %(agencies)s.") % words


def _unplaced(facts: Facts) -> str:
    unplaced = next((group for group in facts.groups(Dimension.AGENCY) if group.key is None), None)
    count = unplaced.count("received") if unplaced else 0
    if not count:
        return ""
    return ngettext(
        "%(cases)s had not been given to an agency at the end of the period.",
        "%(cases)s had not been given to an agency at the end of the period.",
        count,
    ) % {"cases": phrases.cases(count)}
