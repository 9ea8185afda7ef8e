"""What the pages of circulation show: an annex as tables of texts, and how far each annex of a report has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Min

from agencies.models import Agency
from notifications.models import Message, MessageState
from reports.circulation import notices
from reports.documents.tree import WITHHELD, Cell, Column, ColumnKind, Document
from reports.figures.arithmetic import whole_percent
from reports.models import Annex


@dataclass(frozen=True)
class ShownCell:
    """One cell of a table: a text, a number with its unit, a day, or nothing; ``label`` is the title of its column."""

    value: Any
    kind: str
    unit: str = ""
    label: str = ""

    @property
    def is_withheld(self) -> bool:
        """Tell whether the number is withheld."""
        return self.value is WITHHELD


def shown_sections(document: Document) -> list[dict[str, Any]]:
    """Return the sections of a document with their tables, the cells ready to be written."""
    return [
        {
            "section": section,
            "tables": [
                {
                    "table": table,
                    "rows": [
                        [
                            replace(_shown(cell, column), label=column.title)
                            for cell, column in zip(row, table.columns, strict=True)
                        ]
                        for row in table.rows
                    ],
                }
                for table in section.tables
            ],
        }
        for section in document.sections
    ]


def _shown(cell: Cell, column: Column) -> ShownCell:
    if cell is None:
        return ShownCell("—", "nothing" if column.kind.is_number else "text")
    if isinstance(cell, date):
        return ShownCell(cell, "day")
    if column.kind == ColumnKind.SHARE and isinstance(cell, Decimal | int):
        return ShownCell(whole_percent(cell), "number", unit="%")
    if isinstance(cell, int | Decimal):
        return ShownCell(cell, "number")
    return ShownCell(cell, "text")


@dataclass(frozen=True)
class AnnexRow:
    """One annex in the list of its report; the moments are None while they have not come."""

    annex: Annex
    agency: str
    received_at: datetime | None
    answered_at: datetime | None


def annex_rows(annexes: Iterable[Annex]) -> list[AnnexRow]:
    """Return annexes with when their message arrived and when they were first answered; three statements."""
    found = list(annexes)
    agencies = Agency.objects.in_bulk([each.agency_id for each in found])
    received = _received(found)
    answered = dict(
        Annex.objects.filter(pk__in=[each.pk for each in found], answers__isnull=False)
        .values_list("pk")
        .annotate(first=Min("answers__at"))
    )
    return [
        AnnexRow(each, agencies[each.agency_id].name, received.get(each.pk), answered.get(each.pk)) for each in found
    ]


def _received(annexes: Iterable[Annex]) -> Mapping[int, datetime]:
    """Return when the first message about each annex was taken by the mail server of its reader."""
    occasions = {notices.released_occasion(each): each.pk for each in annexes}
    arrived = Message.objects.filter(
        occasion__in=occasions, state__in=[MessageState.ACCEPTED, MessageState.DELIVERED], accepted_at__isnull=False
    )
    return {
        occasions[occasion]: at for occasion, at in arrived.values_list("occasion").annotate(first=Min("accepted_at"))
    }
