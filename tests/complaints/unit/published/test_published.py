"""Published answers: made from an answered inquiry without its person, changed, due again, withdrawn."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import User
from agencies.models import ReferenceChange, Topic
from complaints.actions import close
from complaints.models import Case, PublishedAnswer
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk, address, statements_of
from tests.prepared_rows import prepared

TEXTS = {
    "question_ar": "كم تستغرق وصلة مياه جديدة؟",
    "question_en": "How long does a new water connection take?",
    "answer_ar": "تستغرق الوصلة الجديدة عشرة أيام عمل من دفع الرسوم في مكتب الاشتراكات.",
    "answer_en": "A new connection takes ten working days after the fee is paid at the subscription office.",
}


@pytest.fixture
@prepared
def answered(file_case: FileCase, inquiry: Topic, omar: User, now: datetime) -> Case:
    """An inquiry that omar answered."""
    case = file_case(kind="inquiry", topic=inquiry, subject="مدة الوصلة الجديدة")
    close(case, by=omar, at=now, outcome="answered", found=FOUND, done=DONE)
    return case


def typed(topic: Topic, **said: str) -> dict[str, object]:
    return {"topic": topic.pk, **TEXTS, "review_on": "1/6/2026", "has_no_person": "on", **said}


def test_an_answered_inquiry_becomes_an_answer_for_everybody(
    desk: Desk, answered: Case, referred: Case, inquiry: Topic, lina: User, omar: User
) -> None:
    client, url = desk(lina), address("desk-publish", answered)
    assert url in client.get(address("desk-case", answered)).content.decode()
    assert (desk(omar).get(url).status_code, client.get(address("desk-publish", referred)).status_code) == (404, 404)
    form = client.get(url).context["form"]
    assert (form["question_ar"].value(), form["answer_ar"].value()) == ("مدة الوصلة الجديدة", DONE)
    assert client.post(url, typed(inquiry)).status_code == 302
    made = PublishedAnswer.objects.get()
    assert {name: getattr(made, name) for name in TEXTS} == TEXTS
    assert (made.made_by, made.review_on.isoformat(), made.topic) == (lina, "2026-06-01", inquiry)
    assert ReferenceChange.objects.get(thing="publishedanswer").made_by == lina.pk


def test_what_tells_who_somebody_is_is_refused_beside_its_text(
    desk: Desk, answered: Case, inquiry: Topic, lina: User
) -> None:
    name = answered.citizen.full_name if hasattr(answered.citizen, "full_name") else answered.citizen.short_name
    said = {
        "answer_ar": f"{TEXTS['answer_ar']} راجع {name} المكتب.",
        "answer_en": f"{TEXTS['answer_en']} Her number is {answered.citizen.phone}.",
        "has_no_person": "",
        "review_on": "4/1/2026",
    }
    page = desk(lina).post(address("desk-publish", answered), typed(inquiry, **said))
    assert set(page.context["form"].errors) == {"answer_ar", "answer_en", "has_no_person", "review_on"}
    assert ("This tells who a person is" in page.content.decode(), PublishedAnswer.objects.count()) == (True, 0)


def test_an_answer_is_due_again_changed_and_withdrawn(
    desk: Desk, inquiry: Topic, lina: User, omar: User, clock: Clock
) -> None:
    client, listed = desk(lina), reverse("published-answers")
    client.post(reverse("published-answer-new"), typed(inquiry, review_on=""))
    assert client.get(reverse("published-answer-new")).context["form"]["answer_en"].value() == TEXTS["answer_en"]
    client.post(reverse("published-answer-new"), typed(inquiry))
    made = PublishedAnswer.objects.get()
    one = statements_of(client, listed)
    assert client.get(listed).context["due"] == 0
    clock.at = datetime(2026, 6, 1, 10, tzinfo=clock.at.tzinfo)
    client = desk(lina)
    assert client.get(listed).context["due"] == 1
    change = reverse("published-answer", args=[made.pk])
    new = typed(inquiry, question_en="How long does a new connection take?", review_on="1/12/2026")
    seen = {"seen": client.get(change).context["seen"]}
    assert client.post(change, new | seen).status_code == 302
    # Whoever had the page open then reads what stands now, and what was typed is kept.
    late = client.post(change, typed(inquiry, question_en="How many days?", review_on="1/12/2026") | seen)
    page = late.content.decode()
    assert (late.status_code, "Someone else has changed this answer" in page) == (409, True)
    assert ("How long does a new connection take?" in page, 'value="How many days?"' in page) == (True, True)
    assert PublishedAnswer.objects.get(pk=made.pk).question_en == "How long does a new connection take?"
    client.post(reverse("published-answer-new"), typed(inquiry, review_on="1/12/2026"))
    assert (client.get(listed).context["due"], statements_of(client, listed)) == (0, one)
    made.refresh_from_db()
    assert (made.question_en, made.changed_at > made.made_at) == ("How long does a new connection take?", True)
    gone = reverse("published-answer-withdraw", args=[made.pk])
    assert (desk(omar).post(gone).status_code, client.post(gone).status_code) == (404, 302)
    assert (client.post(gone).status_code, client.post(change, new).status_code) == (404, 404)
    assert PublishedAnswer.objects.in_public().count() == 1


def test_a_day_too_far_away_is_refused(desk: Desk, inquiry: Topic, lina: User, now: datetime) -> None:
    day = now + timedelta(days=800)
    said = typed(inquiry, review_on=f"{day.day}/{day.month}/{day.year}")
    assert list(desk(lina).post(reverse("published-answer-new"), said).context["form"].errors) == ["review_on"]
