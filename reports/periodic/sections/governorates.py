"""Cases received by governorate, all of them named, with the map."""

from __future__ import annotations

from django.utils.translation import gettext

from reports.documents.tree import Chart, ChartKind, Section
from reports.figures.scopes import Dimension
from reports.periodic import phrases, tables
from reports.periodic.facts import Facts

MEASURES = ("closed", "pending")


def section(facts: Facts) -> Section | None:
    """Return the section, None if no case was received."""
    groups = facts.groups(Dimension.GOVERNORATE)
    rows = [(group.name, group.count("received")) for group in groups if group.count("received")]
    if not rows:
        return None
    table = tables.group_table(
        *("governorates", gettext("Cases by governorate"), gettext("Governorate")),
        groups,
        MEASURES,
        total=facts.total,
    )
    said = gettext("Cases received by governorate: %(names)s.") % {"names": phrases.counted_names(rows, facts.received)}
    return Section(
        key="governorates",
        heading=gettext("Governorates"),
        paragraphs=(said,),
        tables=(table,),
        charts=(Chart(ChartKind.MAP, table.key, ("received",), gettext("Cases received, by governorate")),),
    )
