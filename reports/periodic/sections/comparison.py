"""Cases received, against the same period of the year before, the period before, and over several periods."""

from __future__ import annotations

from django.utils.translation import gettext

from reports.documents.tree import Chart, ChartKind, Column, ColumnKind, Section, Table
from reports.periodic import sentences, tables
from reports.periodic.facts import Facts

MEASURES = ("received", "closed", "pending", "answered_on_time", "confirmed_gap")


def section(facts: Facts) -> Section:
    """Return the section with its table of periods."""
    earlier = [facts.year_before]
    if facts.before.period != facts.year_before.period:
        earlier.append(facts.before)
    said = [sentences.received(facts), *(sentences.received_against(each, facts) for each in earlier)]
    table = _table(facts)
    return Section(
        key="received",
        heading=gettext("Cases received"),
        paragraphs=(" ".join(said),),
        tables=(table,),
        charts=(Chart(ChartKind.LINES, table.key, MEASURES[:2], gettext("Received and closed")),),
    )


def _table(facts: Facts) -> Table:
    return Table(
        key="periods",
        caption=gettext("Comparison over periods"),
        columns=(
            Column("name", gettext("Period"), ColumnKind.TEXT),
            *(tables.measure_column(measure) for measure in MEASURES),
        ),
        rows=tuple(
            (each.heading, *(tables.cell(each.figures, measure) for measure in MEASURES)) for each in facts.series
        ),
        row_keys=tuple(each.period.first.isoformat() for each in facts.series),
    )
