"""How the work went: where cases spent their time, and what was sent back, extended, corrected or not delivered."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext

from reports.documents.tree import Chart, ChartKind, Column, ColumnKind, Section, Table
from reports.figures.measures import MEASURES
from reports.figures.upheld_causes import upheld_causes
from reports.periodic import phrases, tables
from reports.periodic.facts import Facts

HELD = ("held_desk", "held_directorate", "held_citizen", "held_unit", "held_outside")
COUNTED = ("bounces", "extensions", "objections", "objections_upheld", "challenged_sent")
COUNTED_LAST = ("topic_corrections", "messages_failed")


def section(facts: Facts) -> Section | None:
    """Return the section, None if cases spent no time anywhere and nothing happened to them."""
    held, counted, causes = _held(facts), _counted(facts), _causes(facts)
    if not held.rows and not counted.rows:
        return None
    shown = tuple(table for table in (held, counted, causes) if table.rows)
    return Section(
        key="process",
        heading=gettext("How the work went"),
        paragraphs=tuple(filter(None, (_time(facts),))),
        tables=shown,
        charts=(Chart(ChartKind.BARS, held.key, ("hours",), gettext("Working hours, by holder")),) if held.rows else (),
    )


def _time(facts: Facts) -> str:
    """Say where the working time of the cases went, the largest share first."""
    hours = [(str(MEASURES[name].label), facts.count(name)) for name in HELD if facts.count(name)]
    whole = sum(count for _name, count in hours)
    if not whole:
        return ""
    said = [
        gettext("%(name)s: %(percent)s") % {"name": name, "percent": phrases.share(count, whole)}
        for name, count in sorted(hours, key=lambda row: -row[1])
    ]
    return gettext("Where the working time of cases went: %(names)s.") % {"names": phrases.listed(said)}


def _held(facts: Facts) -> Table:
    hours = [(str(MEASURES[name].label), facts.count(name)) for name in HELD if facts.count(name)]
    whole = sum(count for _name, count in hours)
    return Table(
        key="held",
        caption=gettext("Working hours by holder"),
        columns=(
            Column("name", gettext("Holder"), ColumnKind.TEXT),
            Column(
                "hours",
                pgettext("report", "Working hours"),
                ColumnKind.COUNT,
                gettext("The working hours in the period that cases spent there, added up over all cases."),
            ),
            Column(
                "share_hours",
                gettext("Share of the hours"),
                ColumnKind.SHARE,
                gettext("The working hours in the row, divided by all working hours."),
            ),
        ),
        rows=tuple((name, count, tables.part(count, whole)) for name, count in hours),
    )


def _causes(facts: Facts) -> Table:
    return Table(
        key="objection_causes",
        caption=gettext("What accepted objections were right about"),
        columns=(
            Column("name", gettext("Cause"), ColumnKind.TEXT),
            Column(
                "count",
                gettext("In the period"),
                ColumnKind.COUNT,
                gettext("Objections accepted in the period for this cause."),
            ),
        ),
        rows=tuple((cause.name, cause.number) for cause in upheld_causes(facts.period, at=facts.read_at)),
    )


def _counted(facts: Facts) -> Table:
    names = [name for name in (*COUNTED, *COUNTED_LAST) if facts.count(name) or facts.year_before.count(name)]
    return Table(
        key="process",
        caption=gettext("What happened to cases, and in the same period a year earlier"),
        columns=(
            Column("name", gettext("What happened"), ColumnKind.TEXT),
            Column("count", gettext("In the period"), ColumnKind.COUNT, gettext("What the row names, in the period.")),
            Column(
                "count_before",
                gettext("A year earlier"),
                ColumnKind.COUNT,
                gettext("What the row names, in the same period of the year before."),
            ),
        ),
        rows=tuple((str(MEASURES[name].label), facts.count(name), facts.year_before.count(name)) for name in names),
        row_keys=tuple(names),
    )
