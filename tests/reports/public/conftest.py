"""Released reports with given counts, for the pages that everybody may read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

import pytest

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from reports.documents import tree
from reports.documents.tree import Document
from reports.models import PeriodicReport, ReportKind, ReportState
from reports.periodic import life
from tests.cast import make_staff

#: Received; in time, answered late, still late; confirmed, disputed, not said; median of days.
NAMES = ("received", "in_time", "answered_late", "still_late", "confirmed", "disputed", "unanswered", "median_days")
AGENCIES: Mapping[str, tuple[str, str]] = {
    "miyahuna": ("شركة مياه الأردن (مياهنا)", "Jordan Water Company (Miyahuna)"),
    "gam": ("أمانة عمّان الكبرى", "Greater Amman Municipality"),
    "moh": ("وزارة الصحة", "Ministry of Health"),
    "moe": ("وزارة التربية والتعليم", "Ministry of Education"),
    "none": ("لا جهة بعد", "No agency yet"),
}
PLACES: Mapping[str, tuple[str, str]] = {
    "JO-AM": ("عمّان", "Amman"),
    "JO-IR": ("إربد", "Irbid"),
    "JO-AQ": ("العقبة", "Aqaba"),
}
AS_OF = datetime.fromisoformat("2025-10-01T00:00:00+03:00")
QUARTER = (ReportKind.QUARTER, date(2025, 7, 1), date(2025, 9, 30))

type Rows = Mapping[str, tuple[int, ...]]
type Release = Callable[..., PeriodicReport]

ROWS: Rows = {
    "miyahuna": (120, 60, 20, 10, 40, 20, 20, 4),
    "gam": (90, 50, 10, 5, 30, 10, 20, 6),
    "moh": (31, 9, 7, 3, 8, 6, 2, 9),
    "none": (6, 0, 0, 0, 0, 0, 0, 0),
}
BY_PLACE: Rows = {
    "JO-AM": (180, 90, 27, 13, 58, 26, 32, 5),
    "JO-IR": (60, 27, 8, 5, 18, 9, 9, 5),
    "JO-AQ": (7, 2, 2, 0, 2, 1, 1, 5),
}


def counts(agencies: Rows, places: Rows) -> Mapping[str, object]:
    """Return counts as a report freezes them."""
    total = [sum(row[place] for row in agencies.values()) for place in range(len(NAMES) - 1)]
    return {
        "as_of": "2025-10-01T00:00:00+03:00",
        "agencies": {code: _row(AGENCIES[code], row) for code, row in agencies.items()},
        "governorates": {code: _row(PLACES[code], row) for code, row in places.items()},
        "total": dict(zip(NAMES, [*total, 5], strict=True)),
    }


def _row(names: tuple[str, str], numbers: tuple[int, ...]) -> dict[str, object]:
    return {"ar": names[0], "en": names[1], **dict(zip(NAMES, numbers, strict=True))}


@pytest.fixture
def release(cmu: Agency, lina: User, now: datetime) -> Release:
    """Return a function that releases a report with given counts, as three people do."""
    rana = make_staff("rana@cmu.example", "رنا عواد", "Rana Awad", "+962790100031", cmu, Role.CMU_STAFF)
    hala = make_staff("hala@cmu.example", "هالة قعوار", "Hala Qawar", "+962790100032", cmu, Role.CMU_HEAD)

    def make(
        kind: ReportKind = QUARTER[0],
        first: date = QUARTER[1],
        last: date = QUARTER[2],
        *,
        agencies: Rows = ROWS,
        places: Rows = BY_PLACE,
        corrects: PeriodicReport | None = None,
        commitments: Sequence[Mapping[str, object]] | None = None,
    ) -> PeriodicReport:
        if corrects is None:
            row = PeriodicReport.objects.create(kind=kind, first=first, last=last, made_by=lina, made_at=now)
        else:
            row = life.correct(corrects, by=lina, at=now, what_changed="A count was wrong.")
        content = {language: _document(language, first, last) for language in ("ar", "en")}
        content |= {"counts": counts(agencies, places) | ({} if commitments is None else {"commitments": commitments})}
        row.content, row.state, row.written_at = json.dumps(content), ReportState.DRAFT, now
        row.save(update_fields=["content", "state", "written_at"])
        for step, person in ((life.send, lina), (life.review, rana), (life.approve, hala)):
            row = step(PeriodicReport.objects.get(pk=row.pk), by=person, at=now, edition=row.edition)
        return life.release(row, by=hala, at=now)

    return make


def _document(language: str, first: date, last: date) -> object:
    document = Document(
        title="–", language=language, period_first=first, period_last=last, version=0, as_of=AS_OF, sections=()
    )
    return tree.to_json(document)
