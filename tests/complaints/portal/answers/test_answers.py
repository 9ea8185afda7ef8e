"""The public answers: read and searched by anybody, and shown before somebody asks the same."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from agencies.models import Topic
from complaints.actions.precedents import PublishedText, publish, withdraw
from complaints.models import PublishedAnswer
from tests.complaints.cases import MakeDraft, make_topic
from tests.complaints.pages import statements_of
from tests.complaints.unit.published.test_published import TEXTS
from tests.ui.bidi import reversed_numbers

pytestmark = pytest.mark.usefixtures("clock", "english")


def put(topic: Topic, lina: User, now: datetime, **said: str) -> PublishedAnswer:
    return publish(PublishedText(topic=topic, review_on=date(2026, 6, 1), **{**TEXTS, **said}), by=lina, at=now)


def test_anybody_finds_an_answer_by_words_and_topic_in_both_languages(
    inquiry: Topic, lina: User, now: datetime
) -> None:
    url = reverse("answers")
    assert "Nothing is published yet" in Client().get(url).content.decode()
    made = put(inquiry, lina, now)
    other = make_topic("tax", "ضريبة", "Tax", parent=inquiry.parent, kinds=["inquiry"])
    tax = put(other, lina, now, question_en="When is the tax return due?", question_ar="متى موعد الإقرار الضريبي؟",
              answer_en="By the end of April each year.", answer_ar="حتى نهاية نيسان من كل عام.")  # fmt: skip
    one = statements_of(Client(), url)
    assert list(Client().get(url).context["answers"]) == [made, tax] or len(Client().get(url).context["answers"]) == 2
    assert Client().get(url, {"q": "water connections"}).context["answers"] == [made]
    assert Client().get(url, {"topic": "tax"}).context["answers"] == [tax]
    assert "No answer fits" in Client().get(url, {"q": "passport renewal"}).content.decode()
    with translation.override("ar"):
        page = Client().get(reverse("answers"), {"q": "وصله المياه"}).content.decode()
    assert [TEXTS["question_ar"] in page, reversed_numbers(page)] == [True, []]
    put(inquiry, lina, now, question_en="What does a connection cost?")
    assert statements_of(Client(), url) == one
    withdraw(tax.pk, by=lina, at=now)
    assert "tax return" not in Client().get(url).content.decode()


def test_an_inquiry_begins_with_the_answers_and_shows_those_of_its_topic(
    as_amina: Client, inquiry: Topic, outage: Topic, make_draft: MakeDraft, lina: User, now: datetime
) -> None:
    new = reverse("new", args=["inquiry"])
    assert as_amina.get(new).status_code == 200
    put(inquiry, lina, now)
    assert as_amina.get(new).headers["Location"] == reverse("answers")
    assert as_amina.get(new, {"ask": "1"}).status_code == 200
    assert as_amina.get(reverse("new", args=["praise"])).status_code == 200
    make_draft(kind="inquiry", topic=inquiry, subject="", details="")
    page = as_amina.get(reverse("new-what", args=["inquiry"])).content.decode()
    assert ["Is your question answered here?" in page, TEXTS["question_en"] in page] == [True, True]
    make_draft(topic=outage)
    assert "Is your question" not in as_amina.get(reverse("new-what", args=["complaint"])).content.decode()
