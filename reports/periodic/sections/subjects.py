"""The main subjects of the cases of each agency."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext

from reports.documents.tree import Column, ColumnKind, Row, Section, Table
from reports.periodic import phrases, tables
from reports.periodic.facts import CaseGroup, Facts

#: How many agencies have a sentence, and how many of its topics are named there and in the table.
NAMED, TOPICS = 5, 3


def section(facts: Facts) -> Section | None:
    """Return the section, None if no case was received."""
    agencies = facts.agencies
    if not agencies:
        return None
    said = tuple(_subjects(facts, agency) for agency in agencies[:NAMED])
    rows: list[Row] = []
    keys: list[str] = []
    for agency in agencies:
        for topic in facts.topics(agency.key)[:TOPICS]:
            count = topic.count("received")
            rows.append((agency.name, topic.name, count, tables.part(count, agency.count("received"))))
            keys.append(agency.code)
    return Section(
        key="subjects",
        heading=gettext("Main subjects of each agency"),
        paragraphs=said,
        tables=(_table(tuple(rows), tuple(keys)),),
    )


def _subjects(facts: Facts, agency: CaseGroup) -> str:
    whole = agency.count("received")
    rows = [(topic.name, topic.count("received")) for topic in facts.topics(agency.key)[:TOPICS]]
    words = {"agency": agency.name, "cases": phrases.cases(whole), "names": phrases.counted_names(rows, whole)}
    return gettext("%(agency)s (%(cases)s): %(names)s.") % words


def _table(rows: tuple[Row, ...], keys: tuple[str, ...]) -> Table:
    return Table(
        key="subjects",
        caption=gettext("The most frequent topics of each agency"),
        columns=(
            Column("name", gettext("Agency"), ColumnKind.TEXT),
            Column("topic", pgettext("report", "Topic"), ColumnKind.TEXT),
            tables.measure_column("received"),
            Column(
                "share_agency",
                gettext("Share of the agency's cases"),
                ColumnKind.SHARE,
                gettext("The cases received on the topic, divided by all cases the agency received."),
            ),
        ),
        rows=rows,
        row_keys=keys,
    )
