"""What the cases are: their kinds, and the topics they are about."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext

from reports.documents.tree import Chart, ChartKind, Section
from reports.figures.scopes import Dimension
from reports.periodic import phrases, tables
from reports.periodic.facts import CaseGroup, Facts

NAMED = 5
MEASURES = ("closed", "pending", "late")


def section(facts: Facts) -> Section | None:
    """Return the section, None if no case was received."""
    kinds, topics = (_received(facts, dimension) for dimension in (Dimension.KIND, Dimension.TOPIC))
    if not kinds:
        return None
    kind_table = tables.group_table(
        "kinds", gettext("Cases by kind"), pgettext("case", "Kind"), kinds, MEASURES, total=facts.total
    )
    topic_table = tables.group_table(
        "topics", gettext("Cases by topic"), pgettext("report", "Topic"), topics, MEASURES, total=facts.total
    )
    said = (
        gettext("Cases received by kind: %(names)s.") % {"names": _names(kinds, facts)},
        gettext("Most frequent topics: %(names)s.") % {"names": _names(topics[:NAMED], facts)},
    )
    return Section(
        key="nature",
        heading=gettext("Nature of the cases"),
        paragraphs=said,
        tables=(kind_table, topic_table),
        charts=(Chart(ChartKind.BARS, topic_table.key, ("received",), gettext("Cases received, by topic")),),
    )


def _received(facts: Facts, dimension: Dimension) -> list[CaseGroup]:
    return [group for group in facts.groups(dimension) if group.count("received")]


def _names(groups: list[CaseGroup], facts: Facts) -> str:
    return phrases.counted_names([(group.name, group.count("received")) for group in groups], facts.received)
