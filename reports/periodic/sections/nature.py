"""What the cases are: their kinds, and the topics they are about."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext, pgettext

from reports.documents.tree import Chart, ChartKind, Section
from reports.figures.scopes import Dimension
from reports.periodic import phrases, tables
from reports.periodic.facts import CaseGroup, Facts

NAMED = 5
MEASURES = ("closed", "pending", "late")


def section(facts: Facts) -> Section | None:
    """Return the section, None if no case was received."""
    if not facts.received:
        return None
    kinds, topics = (facts.groups(dimension) for dimension in (Dimension.KIND, Dimension.TOPIC))
    kind_table = tables.group_table(
        "kinds", gettext("Cases by kind"), pgettext("case", "Kind"), kinds, MEASURES, total=facts.total
    )
    topic_table = tables.group_table(
        "topics", gettext("Cases by topic"), pgettext("report", "Topic"), topics, MEASURES, total=facts.total
    )
    said = (
        gettext("Cases received by kind: %(names)s.") % {"names": _names(kinds, facts)},
        _most_frequent(topics, facts),
    )
    return Section(
        key="nature",
        heading=gettext("Nature of the cases"),
        paragraphs=said,
        tables=(kind_table, topic_table),
        charts=(Chart(ChartKind.BARS, topic_table.key, ("received",), gettext("Cases received, by topic")),),
    )


def _names(groups: list[CaseGroup], facts: Facts) -> str:
    received = [(group.name, group.count("received")) for group in groups if group.count("received")]
    return phrases.counted_names(received, facts.received)


def _most_frequent(topics: list[CaseGroup], facts: Facts) -> str:
    said = gettext("Most frequent topics: %(names)s.") % {"names": _names(topics[:NAMED], facts)}
    counts = [topic.count("received") for topic in topics if topic.key is not None and topic.count("received")]
    others = phrases.tied_with_last(counts, NAMED)
    if not others:
        return said
    also = ngettext(
        "%(number)s more topic has as many cases as the last of them.",
        "%(number)s more topics have as many cases as the last of them.",
        others,
    ) % {"number": phrases.number(others)}
    return f"{said} {also}"
