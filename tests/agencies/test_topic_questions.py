"""The questions of topics: what is shipped, what the database refuses, and which of them a topic asks."""

import csv
from itertools import groupby

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from agencies import reference_data
from agencies.models import Topic, TopicQuestion
from tests.complaints.cases import make_topic

STREET, PAVEMENT = ["شارع", "رصيف"], ["Street", "Pavement"]


@pytest.fixture
def topic(db: None) -> Topic:
    return make_topic("leak", "تسرب", "Leak", parent=make_topic("supply", "المياه", "Water"))


def ask(topic: Topic, code: str, **fields: object) -> TopicQuestion:
    return TopicQuestion.objects.create(topic=topic, code=code, name_ar=code, name_en=code, **fields)


def rows() -> list[dict[str, str]]:
    with (reference_data.DATA / "topic_questions.csv").open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


# ---- the file ----


def test_a_topic_asks_three_questions_at_most_and_they_stand_together() -> None:
    by_topic = [(topic, len(list(lines))) for topic, lines in groupby(rows(), key=lambda row: row["topic"])]
    assert len(by_topic) == len(dict(by_topic)) == 52
    assert [topic for topic, count in by_topic if count > 3] == []


def test_few_questions_must_be_answered() -> None:
    assert [row["code"] for row in rows() if row["is_required"] == "yes"] == [
        "health-care-where",
        "edu-teachers-school",
        "edu-building-school",
        "edu-safety-school",
    ]


@pytest.mark.django_db
def test_no_topic_that_hides_the_identity_asks_who_the_person_is(loaded: object) -> None:
    telling = TopicQuestion.objects.filter(is_personal=True)
    assert telling.count() == 21
    assert list(telling.filter(topic__hides_identity=True)) == []


def test_questions_are_in_their_language_and_short() -> None:
    for row in rows():
        for column in ("name", "hint", "options"):
            assert row[f"{column}_en"].isascii()
            assert row[f"{column}_ar"] == "" or not row[f"{column}_ar"].isascii()
        assert max(len(row["name_ar"]), len(row["name_en"])) <= 45


@pytest.mark.django_db
def test_what_the_file_says_arrives(loaded: object) -> None:
    question = TopicQuestion.objects.get(code="roads-light-many")
    assert (question.topic.code, question.kind, question.kinds) == ("roads-light", "choice", ["complaint"])
    assert question.options_ar == ["مصباح واحد", "عدة مصابيح", "الشارع كله"]
    assert question.options_en == ["One lamp", "Several lamps", "The whole street"]
    assert set(
        TopicQuestion.objects.filter(is_personal=True, code__startswith="water").values_list("code", flat=True)
    ) == {
        "water-outage-number",
        "water-bill-number",
        "water-connect-number",
    }


# ---- the database ----


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "choice"},
        {"kind": "choice", "options_ar": ["شارع"], "options_en": ["Street"]},
        {"kind": "choice", "options_ar": STREET, "options_en": ["Street"]},
        {"kind": "choice", "options_ar": STREET},
        {"kind": "line", "options_ar": STREET, "options_en": PAVEMENT},
        {"kind": "date", "options_en": PAVEMENT},
    ],
)
def test_only_a_choice_offers_answers_two_or_more_in_both_languages(topic: Topic, fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError, match="question_offers_two_answers_or_more"), transaction.atomic():
        ask(topic, "where", **fields)
    ask(topic, "where", kind="choice", options_ar=STREET, options_en=PAVEMENT)


# ---- what is asked ----


def test_a_topic_asks_its_own_questions_and_those_of_its_group_in_their_order(topic: Topic) -> None:
    group, other = topic.parent, make_topic("light", "إنارة", "Lighting", parent=topic.parent)
    ask(group, "of-the-group", position=20)
    ask(topic, "last", position=30)
    ask(topic, "first", position=10)
    ask(topic, "of-praise", kinds=["praise"])
    ask(topic, "of-complaints", position=15, kinds=["complaint", "inquiry"])
    ask(topic, "no-more", is_active=False)
    ask(other, "of-another")
    codes = [question.code for question in TopicQuestion.objects.asked(topic=topic, kind="complaint")]
    assert codes == ["first", "of-complaints", "of-the-group", "last"]
    assert [question.code for question in TopicQuestion.objects.asked(topic=group, kind="complaint")] == [
        "of-the-group"
    ]


def test_a_question_reads_in_the_language_of_its_reader(topic: Topic) -> None:
    question = ask(
        topic, "where", kind="choice", options_ar=STREET, options_en=PAVEMENT, hint_ar="تلميح", hint_en="Hint"
    )
    with translation.override("ar"):
        assert (question.hint, question.options) == ("تلميح", {"Street": "شارع", "Pavement": "رصيف"})
    with translation.override("en"):
        assert (question.hint, question.options) == ("Hint", {"Street": "Street", "Pavement": "Pavement"})
