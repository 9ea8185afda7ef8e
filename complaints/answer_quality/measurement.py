"""Measures the judgement of answers on texts of which people said whether they are genuine or hollow."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Final

from agencies.reference_data import DATA as REFERENCE_DATA
from complaints.answer_quality.judgement import CaseWords, Judgement, Result, judge
from complaints.answer_quality.lexicon import Lexicon
from complaints.answer_quality.reading import subject_group
from kit.shares import Share

_DATA: Final = Path(__file__).parents[1] / "data"
SAMPLE: Final = _DATA / "answers_sample.csv"
CASES: Final = _DATA / "sample_cases.csv"
#: Shares of the texts that must be reached, and that must not be passed.
LEAST_CAUGHT, MOST_REFUSED, MOST_CHALLENGED = 0.85, 0.01, 0.08
HOLLOW, GENUINE, BORDERLINE = "hollow", "genuine", "borderline"
#: Milliseconds in a second.
_MILLI: Final = 1000


@dataclass(frozen=True)
class SampleAnswer:
    """One answer of a sample: ``label`` is what people said of it, ``kind`` how it is hollow."""

    code: str
    label: str
    kind: str
    found: str
    done: str
    case: CaseWords

    @property
    def is_for_looking(self) -> bool:
        """Tell whether the answer is of the half that was read when the lexicon was written: the odd numbers."""
        return self.code[-1:] in "13579"


@dataclass(frozen=True)
class AnswerVerdict:
    """What became of an answer, and in how many milliseconds."""

    sample: SampleAnswer
    judgement: Judgement
    milliseconds: float

    @property
    def result(self) -> Result:
        """Return what became of it."""
        return self.judgement.result


def read_samples(path: Path) -> list[SampleAnswer]:
    """Return the answers of a file with the columns of ``answers_sample.csv``, on the project's example cases.

    A file may bring the words of its own cases in the columns ``subject``, ``body`` and ``category_code``. The answer
    to any other case is judged by its own words alone.
    """
    cases, names = _cases(), _names()
    with path.open(encoding="utf-8-sig", newline="") as rows:
        return [
            SampleAnswer(
                row["id"],
                row["label"],
                row.get("kind_of_hollowness") or "",
                row["found"],
                row["done"],
                _words(cases.get(row["case_id"]) or row, names),
            )
            for row in csv.DictReader(rows)
        ]


def _cases() -> Mapping[str, dict[str, str]]:
    with CASES.open(encoding="utf-8-sig", newline="") as rows:
        return {row["id"]: row for row in csv.DictReader(rows)}


def _names() -> Mapping[str, str]:
    """Return the names of agencies and topics by their codes, as the judgement of a stored case knows them."""
    found: dict[str, str] = {}
    for file in ("agencies.csv", "topics.csv"):
        with (REFERENCE_DATA / file).open(encoding="utf-8-sig", newline="") as rows:
            found |= {row["code"]: f"{row['name_ar']} {row['name_en']}" for row in csv.DictReader(rows)}
    return found


def _words(case: Mapping[str, str], names: Mapping[str, str]) -> CaseWords:
    about = " ".join(names.get(case.get(column, ""), "") for column in ("category_code", "agency_code"))
    own = f"{case.get('subject', '')} {case.get('body', '')}".strip()
    return CaseWords(own=own, about=about.strip(), group=subject_group(case.get("category_code", "")))


def measure(sample: SampleAnswer, lexicon: Lexicon) -> AnswerVerdict:
    """Judge an answer and take the time."""
    start = perf_counter()
    judgement = judge(found=sample.found, done=sample.done, case=sample.case, lexicon=lexicon)
    return AnswerVerdict(sample, judgement, (perf_counter() - start) * _MILLI)


def caught_share(verdicts: Iterable[AnswerVerdict]) -> Share:
    """Return how many of the hollow answers are challenged or refused."""
    return _share(verdicts, HOLLOW, lambda result: result != Result.SENT)


def refused_share(verdicts: Iterable[AnswerVerdict]) -> Share:
    """Return how many of the genuine answers are refused."""
    return _share(verdicts, GENUINE, lambda result: result == Result.REFUSED)


def challenged_share(verdicts: Iterable[AnswerVerdict]) -> Share:
    """Return how many of the genuine answers are challenged."""
    return _share(verdicts, GENUINE, lambda result: result == Result.CHALLENGED)


def borderline_share(verdicts: Iterable[AnswerVerdict]) -> Share:
    """Return how many of the borderline answers are challenged or refused; neither is right or wrong."""
    return _share(verdicts, BORDERLINE, lambda result: result != Result.SENT)


def _share(verdicts: Iterable[AnswerVerdict], label: str, counts: Callable[[Result], bool]) -> Share:
    results = [verdict.result for verdict in verdicts if verdict.sample.label == label]
    return Share(sum(map(counts, results)), len(results))


def is_reached(verdicts: Sequence[AnswerVerdict]) -> bool:
    """Tell whether enough hollow answers are caught, and few enough genuine ones are refused and challenged."""
    return (
        caught_share(verdicts).reaches(LEAST_CAUGHT)
        and refused_share(verdicts).stays_below(MOST_REFUSED)
        and challenged_share(verdicts).stays_below(MOST_CHALLENGED)
    )
