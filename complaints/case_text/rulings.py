"""The rulings of the unit on a case, which its page needs twice: for its history, and to say whose the case is."""

from __future__ import annotations

from typing import Final

from complaints.models import Case, Ruling
from kit.compiled_reads import CompiledRead


def rulings_of(case: Case) -> list[Ruling]:
    """Return the rulings on ``case`` in the order of their events; one statement for each version of the object."""
    kept: tuple[int | None, list[Ruling]] = case.__dict__.get("_rulings", (None, []))
    if kept[0] != case.version:
        kept = case.__dict__["_rulings"] = case.version, _RULINGS.rows(None, {"case": case}, case=case.pk)
    return kept[1]


_RULINGS: Final = CompiledRead(
    lambda _shape, *, case: (
        Ruling.objects.filter(case=case).select_related("by", "agency", "offered__agency").order_by("event")
    ),
    is_prepared=True,
)
