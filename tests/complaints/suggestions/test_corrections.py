"""Corrections of topics teach the suggestions: words that repeat, counted; a single case teaches nothing."""

from datetime import datetime

from accounts.models import User
from agencies.models import Topic
from complaints.actions import classify
from complaints.suggestions import owners, suggestion_model
from complaints.suggestions.suggestion_model import Correction, CorrectionCounts
from kit.arabic import strip_prefixes
from tests.complaints.cases import FileCase, make_topic

DARK = "عمود الكهرباء مطفأ في الحارة"


def counted(*texts: str, after: int = 2) -> CorrectionCounts:
    return CorrectionCounts([Correction(strip_prefixes(text), 1, after) for text in texts])


def test_two_corrections_with_the_same_words_teach_and_one_does_not() -> None:
    assert counted(DARK).topic_for(DARK, topic=1) is None
    learned = counted(DARK, "عمود مطفأ منذ شهر")
    assert learned.topic_for("العمود أمام بيتنا مطفأ", topic=1) == 2
    assert learned.topic_for("العمود أمام بيتنا مطفأ", topic=3) is None
    assert learned.topic_for("الحارة مظلمة", topic=1) is None


def test_words_that_were_corrected_both_ways_teach_nothing() -> None:
    rows = [Correction(strip_prefixes(DARK), 1, after) for after in (2, 2, 3, 3)]
    assert CorrectionCounts(rows).topic_for(DARK, topic=1) is None


def test_the_unit_reads_what_cases_like_this_were_corrected_to(
    file_case: FileCase, outage: Topic, omar: User, now: datetime
) -> None:
    lights = make_topic("lights", "إنارة", "Street lighting", parent=outage.parent)
    cases = [file_case(subject=f"عمود مطفأ {place}", details=f"{DARK} رقم {place}") for place in range(2)]
    for case in cases:
        classify(case, by=omar, at=now, topic=lights, kind="complaint")
    suggestion_model.forget()
    like = file_case(subject="عمود آخر", details="العمود مطفأ أيضا")
    assert owners.topic_read(like, at=now) == lights
    classify(cases[0], by=omar, at=now, topic=outage, kind="complaint")
    suggestion_model.forget()
    assert owners.topic_read(like, at=now) is None
