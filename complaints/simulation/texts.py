"""What people write in simulated cases, and what agencies answer: a table of texts with gaps to be filled."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from complaints.workflow import Outcome

SOURCE = Path(__file__).parents[1] / "data" / "simulated_texts.csv"
#: The months in which more people write about something.
SEASONS: Mapping[str, frozenset[int]] = {
    "summer": frozenset({6, 7, 8, 9}),
    "winter": frozenset({11, 12, 1, 2}),
    "school": frozenset({8, 9, 1, 2}),
    "spring": frozenset({3, 4, 5}),
}
REFUSING = frozenset({Outcome.REFUSED_WITH_REASON, Outcome.NOT_ADOPTED, Outcome.NO_REPLY})
IN_SEASON, OUT_OF_SEASON = 3.0, 0.4

# What is written the same way whatever the case is about.
EXTENSION_REASON = "نحتاج إلى وقت إضافي لاستكمال الكشف الميداني ووصول المواد اللازمة."
TASK = "يرجى بيان ما يخصكم في هذا الموضوع، ومتى ينتهي العمل لديكم."
TASK_ANSWER = "اطلعنا على الموقع، ولا توجد لدينا أعمال تعيق المعالجة."
TASK_DROPPED = "تمت المعالجة دون الحاجة إلى رد الجهة."
ARCHIVED = "الموضوع خلاف بين أفراد تنظر فيه المحاكم، ولا يدخل في اختصاص الجهات الحكومية."
UPHELD = "لم يعالج الرد كل ما ورد في الطلب. يعاد فتحه لاستكمال المعالجة."
HOLLOW_FOUND = "استلمنا طلبكم وجرى الاطلاع عليه من القسم المعني."
HOLLOW_DONE = "حُوّل الموضوع إلى الدائرة المختصة لمتابعته واتخاذ ما يلزم."
SENT_BECAUSE = "القسم المختص يتابع الموضوع مباشرة مع مقدم الطلب."
DISMISSED = "راجعنا الرد وتبيّن أنه عالج ما ورد في الطلب وفق الأنظمة النافذة."


@dataclass(frozen=True)
class CaseText:
    """One row of the table: a case and everything that may be written on it, with gaps such as ``{place}``.

    ``agency`` is the code of the responsible agency, empty where the routing rules decide by the place.
    ``directorate`` is the end of the code of the directorate that works on it. ``weight`` is how often it is written.
    """

    kind: str
    topic: str
    language: str
    agency: str
    directorate: str
    season: str
    weight: float
    subject: str
    details: str
    addition: str
    question: str
    reply: str
    found: str
    solved: str
    partly: str
    refused: str
    objection: str
    decline: str

    def answer_column(self, outcome: str) -> str:
        """Return the column that says what the agency did, as it fits ``outcome``."""
        if outcome == Outcome.PARTLY and self.partly:
            return "partly"
        return "refused" if outcome in REFUSING and self.refused else "solved"

    def share_in(self, month: int) -> float:
        """Return how often it is written in a month of the year."""
        if not self.season:
            return self.weight
        return self.weight * (IN_SEASON if month in SEASONS[self.season] else OUT_OF_SEASON)


@cache
def read_texts() -> tuple[CaseText, ...]:
    """Return all rows of the table."""
    with SOURCE.open(encoding="utf-8", newline="") as rows:
        return tuple(_case_text(row) for row in csv.DictReader(rows))


def _case_text(row: dict[str, str]) -> CaseText:
    weight = float(row.pop("weight"))
    return CaseText(weight=weight, **row)
