"""What agencies promised and what became of it, as everybody reads it: frozen, and without small groups."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from reports.models import ReportKind
from reports.public.releases import releases
from reports.public.withholding import read_commitments
from tests.reports.public.conftest import AGENCIES, Release
from tests.reports.public.test_pages import words

LAST = date(2025, 9, 30)
SAID = {"ar": "أقل مما تفسره المصادفة.", "en": "That is fewer than chance explains."}


def commitment(
    key: int = 1,
    name: str = "تسرب في الحي الشرقي",
    *,
    numbers: tuple[int, int, int] | None = (60, 12, 6),
    due_on: str = "2025-09-01",
    evidence_on: str | None = None,
    committed_on: str = "2025-07-01",
) -> dict[str, object]:
    """Return a commitment of the water company as a report freezes it; ``numbers``: before, after, weeks after."""
    inflow = None if numbers is None else dict(zip(("before", "after", "weeks"), numbers, strict=True)) | {"said": SAID}
    arabic, english = AGENCIES["miyahuna"]
    return {
        "key": key, "name": name, "agency": "miyahuna", "ar": arabic, "en": english, "inflow": inflow,
        "committed_on": committed_on, "due_on": due_on, "evidence_on": evidence_on,
    }  # fmt: skip


@pytest.mark.django_db
def test_what_agencies_promised_is_public_once_the_report_is_released(release: Release, now: datetime) -> None:
    promised = [
        commitment(),
        commitment(2, "ضعف الضخ", due_on="2025-12-01", numbers=(40, 3, 8)),
        commitment(3, "فواتير مكررة", evidence_on="2025-08-20", numbers=None),
    ]
    release(commitments=promised)
    page = words("/en/performance/2025-q3/")
    for text in (
        "What was promised, and what became of it",
        "Jordan Water Company (Miyahuna)",
        "Not shown, and the day has passed",
        "Not shown yet",
        "The agency first showed what it had done on 20 August 2025",
        "That is fewer than chance explains.",
        "It is too early to show numbers, or a group is too small.",
    ):
        assert text in page, text
    assert page.count("Cases in the 12 weeks before") == 1
    arabic = words("/ar/performance/2025-q3/")
    assert ("أقل مما تفسره المصادفة." in arabic, "فواتير مكررة" in arabic) == (True, True)
    assert "ضعف الضخ" in words("/en/performance/agency/miyahuna/")
    assert "ضعف الضخ" not in words("/en/performance/agency/gam/")
    # A report that was frozen before promises were has none, and shows no empty card.
    release(ReportKind.MONTH, date(2025, 7, 1), date(2025, 7, 31))
    assert "What was promised" not in words("/en/performance/2025-07/")
    assert [len(one.commitments) for one in releases()] == [3, 0]


def shown(*frozen: dict[str, object]) -> list[bool]:
    """Tell of releases with one commitment each, in their order, whether the numbers are shown."""
    return [one.inflow is not None for (one,) in read_commitments([(LAST, [each]) for each in frozen])]


def test_small_numbers_are_withheld_also_where_subtraction_would_tell_them() -> None:
    assert shown(commitment(numbers=(60, 5, 6))) == [True]
    assert shown(commitment(numbers=(60, 0, 6))) == [True]
    assert shown(commitment(numbers=(60, 4, 6))) == [False]
    # The second release would tell that two cases came in the weeks between.
    assert shown(commitment(numbers=(60, 12, 6)), commitment(numbers=(60, 14, 10))) == [True, False]
    assert shown(commitment(numbers=(60, 12, 6)), commitment(numbers=(60, 17, 10))) == [True, True]
    # Another commitment is nothing to subtract from.
    assert shown(commitment(numbers=(60, 12, 6)), commitment(2, numbers=(60, 14, 10))) == [True, True]
    assert shown(commitment(numbers=None), commitment(numbers=(60, 14, 10))) == [False, True]
