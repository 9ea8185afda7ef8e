"""The four kinds from filing to their end, each in its own words, in both languages."""

from __future__ import annotations

import csv
from datetime import datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Citizen, User
from agencies.models import Topic
from complaints.models import Case, Draft
from notifications.models import Message
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase, MakeDraft, make_topic
from tests.complaints.pages import Desk, address, sent
from tests.prepared_rows import prepared
from tests.ui.bidi import reversed_numbers

pytestmark = pytest.mark.usefixtures("clock", "english")
KINDS = ["complaint", "suggestion", "inquiry", "praise"]
#: What the citizen reads while it is with the agency, once it is being worked on, and at the end.
READ = {
    "complaint": ("Confirms it is responsible by", "Replies to you by", "Answered"),
    "suggestion": ("Confirms it is responsible by", "Considers your suggestion", "Adopted"),
    "inquiry": ("Confirms it is responsible by", "Answers your question by", "Answered"),
    "praise": ("Passes your thanks on by", "Passes your thanks on by", "Delivered"),
}
IN_ARABIC = {
    "complaint": "تم الرد",
    "suggestion": "اعتُمد",
    "inquiry": "تم الرد",
    "praise": "تم الإيصال",
}
TOLD = {"praise": "case_delivered", "suggestion": "case_adopted"}
OUTCOMES = {"complaint": "solved", "suggestion": "adopted", "inquiry": "answered"}


@pytest.fixture
@prepared
def every(conduct: Topic) -> Topic:
    """A topic of all kinds that hides who complains."""
    conduct.kinds, conduct.second_signature = KINDS, False
    conduct.save(update_fields=["kinds", "second_signature"])
    return conduct


def send(client: Client, draft: Draft) -> Any:
    """Press "send", once more after reading what the agency will see; return the last page."""
    check = reverse("new-check", args=[draft.kind])
    typed = {"draft": str(draft.pk), "notify_by": "sms"}
    page = client.post(check, typed, follow=True)
    if (view := page.context.get("agency_view")) is not None:
        page = client.post(check, typed | {"seen": view.digest}, follow=True)
    return page


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_lives_through_its_pages(
    as_amina: Client, desk: Desk, every: Topic, make_draft: MakeDraft, omar: User, kind: str
) -> None:
    draft = make_draft(kind=kind, topic=every)
    check = as_amina.get(reverse("new-check", args=[kind])).content.decode()
    assert ("Your identity stays hidden" in check) == (kind != "praise")
    send(as_amina, draft)
    case = Case.objects.get()
    assert (case.kind, case.hides_identity) == (kind, kind != "praise")
    receipt = as_amina.get(reverse("receipt", args=[case.reference])).content.decode()
    assert ["delivered" in receipt, "You get the answer" in receipt] == [
        kind == "praise",
        kind in {"complaint", "inquiry"},
    ]
    url, officer = reverse("case", args=[case.reference]), desk(omar)
    assert READ[kind][0] in as_amina.get(url).content.decode()
    if kind == "praise":
        assert [officer.get(address(name, case)).status_code for name in ("desk-accept", "desk-close")] == [409, 409]
        assert officer.post(address("desk-close", case), sent(case, outcome="thanked")).status_code == 409
        form = officer.post(address("desk-deliver", case), sent(case)).context["form"]
        assert list(form.errors) == ["is_passed_on"]
        officer.post(address("desk-deliver", case), sent(case, is_passed_on="on"))
    else:
        officer.post(address("desk-accept", case), sent(case, days="2"))
        assert READ[kind][1] in as_amina.get(url).content.decode()
        case.refresh_from_db()
        typed = {"outcome": OUTCOMES[kind], "found": FOUND, "done": DONE}
        officer.post(address("desk-close", case), sent(case, **typed))
    ended = as_amina.get(url).content.decode()
    assert READ[kind][2] in ended
    with translation.override("ar"):
        arabic = as_amina.get(reverse("case", args=[case.reference])).content.decode()
    assert (IN_ARABIC[kind] in arabic, reversed_numbers(arabic)) == (True, [])
    case.refresh_from_db()
    template = TOLD.get(kind, "case_answered")
    assert (case.state, Message.objects.filter(template=template).count()) == ("closed", 1)
    assert Message.objects.filter(template="officer_praise").exists() == (kind == "praise")


def test_a_suggestion_that_is_not_adopted_says_so(
    as_amina: Client, desk: Desk, every: Topic, file_case: FileCase, omar: User
) -> None:
    case, officer = file_case(kind="suggestion", topic=every), desk(omar)
    officer.post(address("desk-accept", case), sent(case, days="2"))
    case.refresh_from_db()
    typed = {"outcome": "not_adopted", "found": FOUND, "done": DONE}
    officer.post(address("desk-close", case), sent(case, **typed))
    message = Message.objects.get(template="case_not_adopted")
    page = as_amina.get(reverse("case", args=[case.reference])).content.decode()
    said = ("but not adopted" in message.body or "عدم اعتماد" in message.body, "answered" in message.body)
    shown = [text in page for text in ("Not adopted", "Decided by", "s decision", "Answered by")]
    assert (said, shown) == ((True, False), [True, True, True, False])


def test_the_same_words_as_an_inquiry_and_as_praise_are_two_cases(
    as_amina: Client, file_case: FileCase, every: Topic, make_draft: MakeDraft, amina: Citizen, now: datetime
) -> None:
    for _ in range(2):
        file_case(kind="inquiry", topic=every)
    refused = make_draft(kind="inquiry", topic=every)
    assert "already sent this text" in send(as_amina, refused).content.decode()
    send(as_amina, make_draft(kind="praise", topic=every))
    assert Case.objects.filter(kind="praise").count() == 1


def test_a_complaint_says_before_it_is_written_whom_it_reaches(as_amina: Client, outage: Topic) -> None:
    make_topic("bribe", "رشوة", "Bribery", parent=outage.parent, hides_identity=True, withheld_from_agency=True)
    page = as_amina.get(reverse("new", args=["complaint"])).content.decode()
    assert ["it goes to the" in page, "never gets your name" in page] == [True, True]
    assert "never gets your name" not in as_amina.get(reverse("new", args=["praise"])).content.decode()


def test_the_topics_named_before_writing_protect_as_it_says() -> None:
    """The reference data that the sentences before a complaint speak of: who gets it, and whether it hides."""
    with (settings.BASE_DIR / "agencies" / "data" / "topics.csv").open(encoding="utf-8", newline="") as rows:
        topics = {row["code"]: row for row in csv.DictReader(rows)}
    said = {code: (row["hides_identity"], row["withheld_from_agency"]) for code, row in topics.items()}
    assert [said[f"integrity-{name}"] for name in ("bribe", "rights")] == [("yes", "yes")] * 2
    assert said["integrity-wasta"] == said["integrity-waste"] == said["svc-staff"] == ("yes", "no")
    assert {code for code in said if topics[code]["parent"] == "integrity"} == {
        f"integrity-{name}" for name in ("bribe", "rights", "wasta", "waste")
    }
