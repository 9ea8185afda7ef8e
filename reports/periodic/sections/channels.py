"""Cases received by channel."""

from __future__ import annotations

from django.utils.translation import gettext

from reports.documents.tree import Chart, ChartKind, Section
from reports.figures.scopes import Dimension
from reports.periodic import phrases, tables
from reports.periodic.facts import Facts


def section(facts: Facts) -> Section | None:
    """Return the section, None if no case was received."""
    groups = [group for group in facts.groups(Dimension.CHANNEL) if group.count("received")]
    if not groups:
        return None
    rows = [(group.name, group.count("received")) for group in groups]
    table = tables.group_table(
        "channels", gettext("Cases by channel"), gettext("Channel"), groups, (), total=facts.total
    )
    said = gettext("Cases received by channel: %(names)s.") % {"names": phrases.counted_names(rows, facts.received)}
    return Section(
        key="channels",
        heading=gettext("Channels"),
        paragraphs=(said,),
        tables=(table,),
        charts=(Chart(ChartKind.BARS, table.key, ("received",), gettext("Cases received, by channel")),),
    )
