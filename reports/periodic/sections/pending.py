"""What is still pending at the end of the period, for how long, and with whom."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from reports.documents.tree import Chart, ChartKind, Column, ColumnKind, Section, Table
from reports.figures.measures import MEASURES
from reports.figures.scopes import Dimension
from reports.periodic import phrases, tables
from reports.periodic.facts import CaseGroup, Facts
from reports.periodic.sections.agencies import as_many

NAMED = 5
#: By how long ago a pending case was filed.
AGES = ("pending_week", "pending_month", "pending_quarter", "pending_older")


def section(facts: Facts) -> Section:
    """Return the section; its first sentence says so if nothing is pending."""
    whole = facts.count("pending")
    heading = gettext("Still pending, by agency")
    if not whole:
        return Section(key="pending", heading=heading, paragraphs=(gettext("No case was pending."),))
    groups = sorted(
        (group for group in facts.groups(Dimension.AGENCY) if group.count("pending")),
        key=lambda group: -group.count("pending"),
    )
    said = (_number(facts), _ages(facts), _holders(groups, whole))
    table = _table(groups, whole)
    return Section(
        key="pending",
        heading=heading,
        paragraphs=said,
        tables=(table,),
        charts=(Chart(ChartKind.BARS, table.key, ("pending",), gettext("Pending cases, by agency")),),
    )


def _number(facts: Facts) -> str:
    whole, late = facts.count("pending"), facts.count("late")
    words = {
        "cases": phrases.cases_counted(whole),
        "late": phrases.cases_counted(late),
        "percent": phrases.share(late, whole),
    }
    first = ngettext(
        "At the end of the period %(cases)s was pending, whenever it was received.",
        "At the end of the period %(cases)s were pending, whenever they were received.",
        whole,
    )
    if not late:
        return " ".join([first % words, gettext("None of them was past its first deadline.")])
    second = ngettext(
        "Of these, %(late)s (%(percent)s) was past its first deadline.",
        "Of these, %(late)s (%(percent)s) were past their first deadline.",
        late,
    )
    return " ".join([first % words, second % words])


def _ages(facts: Facts) -> str:
    rows = [(str(MEASURES[name].label), facts.count(name)) for name in AGES if facts.count(name)]
    return gettext("%(names)s.") % {"names": phrases.counted_names(rows, facts.count("pending"))}


def _holders(groups: list[CaseGroup], whole: int) -> str:
    rows = [(group.name, group.count("pending")) for group in groups[:NAMED]]
    said = gettext("Agencies with most pending cases: %(names)s.") % {"names": phrases.counted_names(rows, whole)}
    return " ".join(filter(None, (said, as_many([group.count("pending") for group in groups], NAMED))))


def _table(groups: list[CaseGroup], whole: int) -> Table:
    return Table(
        key="pending",
        caption=gettext("Pending cases by agency"),
        columns=(
            Column("name", gettext("Agency"), ColumnKind.TEXT),
            tables.measure_column("pending"),
            Column(
                "share_pending",
                gettext("Share of pending cases"),
                ColumnKind.SHARE,
                gettext("The pending cases in the row, divided by all pending cases."),
            ),
            *(tables.measure_column(name) for name in ("late", *AGES)),
        ),
        rows=tuple(
            (
                group.name,
                group.count("pending"),
                tables.part(group.count("pending"), whole),
                *(group.count(name) for name in ("late", *AGES)),
            )
            for group in groups
        ),
        row_keys=tuple(group.code for group in groups),
    )
