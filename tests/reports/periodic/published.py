"""Published quarters: the small table of their totals, and a country in which their cases can be made."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

from agencies.models import Agency, City, Governorate
from complaints.simulation.published_totals import Amount, PublishedTotals
from complaints.simulation.world import World
from tests.bench.world import make_world
from tests.cast import make_agency

TABLE = Path(__file__).with_name("published_quarters.csv")
#: Quarters that nobody published: one agency, no case, all closed and a governorate without a case.
MADE_UP = Path(__file__).with_name("made_up_quarters.csv")
GOVERNORATES = Path(__file__).parents[3] / "agencies" / "data" / "governorates.csv"


def read_totals(table: Path = TABLE) -> list[PublishedTotals]:
    """Return the rows of a table."""
    with table.open(encoding="utf-8", newline="") as rows:
        return [_totals(row) for row in csv.DictReader(rows)]


def _totals(row: dict[str, str]) -> PublishedTotals:
    words = row["governorates"].split()
    return PublishedTotals(
        first=date.fromisoformat(row["first"]),
        last=date.fromisoformat(row["last"]),
        received=int(row["received"]),
        agencies=int(row["agencies"]),
        closed=int(row["closed"]),
        by_governorate={code: _amount(text) for code, text in zip(words[::2], words[1::2], strict=True)},
    )


def _amount(text: str) -> Amount:
    return Decimal(text.removesuffix("%")) / 100 if text.endswith("%") else int(text)


def make_country(*, agencies: int, first: Agency) -> World:
    """Make the twelve governorates with a town each, and as many agencies, of which ``first`` is one."""
    with GOVERNORATES.open(encoding="utf-8", newline="") as rows:
        for place, row in enumerate(csv.DictReader(rows)):
            names = {"name_ar": row["name_ar"], "name_en": row["name_en"]}
            governorate, _ = Governorate.objects.get_or_create(
                code=row["code"], defaults={**names, "sort_order": place}
            )
            City.objects.create(code=f"{row['code']}-1", governorate=governorate, **names)
    others = [make_agency(f"agency-{n}", f"جهة رقم {n}", f"Agency {n}") for n in range(2, agencies + 1)]
    return make_world(citizens=12, agencies=[first, *others])
