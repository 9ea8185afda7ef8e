"""The verdicts of the audit as a test set of the judgement of answers: ``manage.py measure_answers --file …``."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from kit.safe_cells import FileCell, without_formula
from kit.streams import stream
from reports.audits.blind import blind
from reports.models import AuditItem

#: The columns of ``complaints/data/answers_sample.csv``, and the words of the case, which is none of the examples.
COLUMNS: Final = (
    "id",
    "case_id",
    "lang",
    "label",
    "kind_of_hollowness",
    "found",
    "done",
    "subject",
    "body",
    "category_code",
)


def test_set_lines() -> Iterator[str]:
    """Yield all verdicts as lines of CSV, oldest first: without person, agency and officer, and without the number.

    ``kind_of_hollowness`` is the fault for which a hollow answer had been challenged, empty where it had not been.
    """
    yield _line(COLUMNS)
    decided = AuditItem.objects.exclude(verdict="").filter(answer__isnull=False)
    related = ("answer__case__citizen", "answer__case__topic", "answer__agency", "sample__agency")
    for item in stream(decided.select_related(*related).order_by("pk"), portion=200):
        yield _line(without_formula(cell) for cell in _cells(item))


def _cells(item: AuditItem) -> list[str]:
    answer, texts = item.answer, blind(item)
    assert answer is not None  # noqa: S101 - the query asks for it
    assert texts is not None  # noqa: S101
    case = answer.case
    kind = answer.challenge if item.verdict == "hollow" else ""
    words = [texts.found, texts.done, texts.subject, texts.details]
    code = case.topic.code if case.topic else ""
    return [f"AU{item.pk}", "", case.language, item.verdict, kind, *words, code]


def _line(cells: Iterable[FileCell]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerow(cells)
    return written.getvalue()
