"""Lists of cases that begin with the urgent ones."""

from __future__ import annotations

from typing import Final

from complaints.models import Case, CaseQuerySet, ListedCase
from kit.keyset import PAGE, KeysetPage, Order

#: The most urgent cases at the top of a list; any more stand at their deadline.
MOST_URGENT: Final = 10


def urgent_cases(cases: CaseQuerySet, order: Order) -> CaseQuerySet:
    """Return the urgent ones of ``cases`` in order; the first ``MOST_URGENT`` of them go to the top of a page."""
    return cases.urgent().order_by(*order.columns)


def urgent_first[Row: Case | ListedCase](found: list[Row], order: Order) -> KeysetPage[Row]:
    """Return the first page of ``found`` with the urgent ones at the top.

    ``found`` is in order: the rows of the page, one more if there is a next page, and the urgent ones, which may stand
    far behind. On a later page those stand at their deadline once more.
    """
    top = [case for case in found if case.is_urgent][:MOST_URGENT]
    page = order.first_page(found[: PAGE + 1])
    return KeysetPage([*top, *(case for case in page.rows if case not in top)], page.next)
