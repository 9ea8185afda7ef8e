"""The table of texts: complete, with gaps that are filled, and answers that say something."""

import csv
from dataclasses import fields
from string import Formatter

import pytest

from complaints.answer_quality.judgement import CaseWords, Judgement, Result, judge
from complaints.answer_quality.lexicon import shipped
from complaints.demonstration.stories import IN_TRIAGE, TOPICS
from complaints.models.case import DETAILS_LENGTH, SUBJECT_LENGTH
from complaints.simulation.texts import SEASONS, CaseText, read_texts
from complaints.workflow import OUTCOMES, Kind
from config.devstack.state import ROOT

GAPS = {
    "place": "الهاشمي الشمالي",
    "street": "شارع الملكة رانيا",
    "number": "48213",
    "days": "20",
    "date": "30/11/2026",
}
LEXICON = shipped()
WRITTEN = [one.name for one in fields(CaseText) if one.name not in {"kind", "topic", "language", "agency", "weight"}]
MAY_BE_EMPTY = {"agency", "directorate", "season", "partly", "refused"}


def topics() -> dict[str, dict[str, str]]:
    with (ROOT / "agencies/data/topics.csv").open(encoding="utf-8-sig", newline="") as rows:
        return {row["code"]: row for row in csv.DictReader(rows)}


def codes(file: str) -> set[str]:
    with (ROOT / "agencies/data" / file).open(encoding="utf-8-sig", newline="") as rows:
        return {row["code"] for row in csv.DictReader(rows)}


def test_every_topic_exists_and_allows_the_kind_and_needs_no_second_signature() -> None:
    known = topics()
    wrong = [
        (text.topic, text.kind)
        for text in read_texts()
        if text.topic not in known
        or text.kind not in known[text.topic]["kinds"].split(";")
        or known[text.topic]["second_signature"] == "yes"
    ]
    assert wrong == []


def test_agencies_and_seasons_exist() -> None:
    assert {text.agency for text in read_texts()} - codes("agencies.csv") <= {""}
    assert {text.season for text in read_texts()} - SEASONS.keys() <= {""}


@pytest.mark.parametrize("column", WRITTEN)
def test_every_gap_is_one_that_is_filled_and_nothing_is_missing(column: str) -> None:
    for text in read_texts():
        value = getattr(text, column)
        assert value or column in MAY_BE_EMPTY, (text.subject, column)
        assert {gap for _said, gap, *_rest in Formatter().parse(value) if gap} <= GAPS.keys(), (text.subject, column)


def test_subject_and_details_have_room_for_the_longest_place() -> None:
    long = [
        text.subject
        for text in read_texts()
        if len(text.subject.format_map(GAPS)) > SUBJECT_LENGTH
        or len(text.details.format_map(GAPS)) > DETAILS_LENGTH / 2
    ]
    assert long == []


def test_no_two_subjects_are_the_same() -> None:
    subjects = [text.subject for text in read_texts()]
    assert len(set(subjects)) == len(subjects)


def test_every_kind_is_written_and_every_topic_of_the_stories() -> None:
    assert {text.kind for text in read_texts()} == set(Kind)
    assert {*TOPICS, *IN_TRIAGE} <= {text.topic for text in read_texts() if text.kind == Kind.COMPLAINT}


def test_people_write_in_the_first_person() -> None:
    assert [text.subject for text in read_texts() if "المتصل" in text.details or "المشتكي" in text.details] == []


def test_every_answer_says_something() -> None:
    """These were written before the judgement: it refuses none of them, and challenges as few as real ones."""
    results = [judged(text, outcome).result for text in read_texts() for outcome in OUTCOMES[text.kind]]
    assert Result.REFUSED not in results
    assert results.count(Result.CHALLENGED) < 0.02 * len(results)


def judged(text: CaseText, outcome: str) -> Judgement:
    return judge(
        found=text.found.format_map(GAPS),
        done=getattr(text, text.answer_column(outcome)).format_map(GAPS),
        case=CaseWords(own=f"{text.subject} {text.details}".format_map(GAPS)),
        lexicon=LEXICON,
    )
