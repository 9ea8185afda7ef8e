"""What a citizen can do on the own case: answer, add, correct, withdraw; and when it is too late for it."""

import pytest
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from complaints import actions
from complaints.case_text.history import history_entries
from complaints.models import Case
from complaints.workflow import Outcome, State
from tests.complaints import DETAILS, SUBJECT
from tests.complaints.portal.cases.browsing import ACTS, MORE, QUESTION, page, url
from tests.complaints.sample_files import MEGABYTE, PDF, PROGRAM, picture, upload


def test_an_answer_to_the_question_sends_the_case_on(as_amina: Client, asked: Case) -> None:
    assert QUESTION in page(as_amina, asked, "case-reply")
    assert as_amina.post(url(asked, "case-reply"), {"text": MORE}).url == url(asked)
    asked.refresh_from_db()
    assert (asked.state, asked.questions.get().reply) == (State.IN_PROGRESS, MORE)


def test_a_second_answer_is_told_that_it_came_too_late_and_keeps_its_words(as_amina: Client, asked: Case) -> None:
    as_amina.post(url(asked, "case-reply"), {"text": MORE})
    response = as_amina.post(url(asked, "case-reply"), {"text": "جواب ثانٍ"})
    assert (response.status_code, asked.questions.get().reply) == (409, MORE)
    assert "جواب ثانٍ" in response.content.decode()
    # What was not sent can be read once more.
    assert "جواب ثانٍ" in as_amina.get(url(asked, "case-reply"), follow=True).content.decode()
    assert as_amina.get(url(asked, "case-reply")).url == url(asked)


@pytest.mark.parametrize("typed", ["", "   ", "م" * 5000, "مياه\0"])
@pytest.mark.parametrize("name", ["case-reply", "case-add"])
def test_an_empty_or_impossible_text_is_refused_beside_its_field(
    as_amina: Client, asked: Case, name: str, typed: str
) -> None:
    version = asked.version
    response = as_amina.post(url(asked, name), {"text": typed})
    asked.refresh_from_db()
    assert (response.status_code, list(response.context["form"].errors), asked.version) == (200, ["text"], version)


def test_information_is_added_with_files(as_amina: Client, accepted: Case) -> None:
    files = [upload("عداد.jpg"), upload("كتاب.pdf", PDF)]
    assert as_amina.post(url(accepted, "case-add"), {"text": MORE, "attachments": files}).url == url(accepted)
    assert accepted.additions.get().text == MORE
    assert [attachment.name for attachment in accepted.attachments.all()] == ["عداد.jpg", "كتاب.pdf"]


def test_a_bad_file_stops_the_addition_and_names_itself(as_amina: Client, accepted: Case) -> None:
    huge = upload("huge.jpg", picture() + b"\0" * 11 * MEGABYTE)
    response = as_amina.post(
        url(accepted, "case-add"), {"text": MORE, "attachments": [upload("a.jpg"), huge, upload("b.jpg", PROGRAM)]}
    )
    assert len(response.context["form"].errors["attachments"]) == 2
    assert MORE in response.content.decode()
    assert (accepted.additions.count(), accepted.attachments.count()) == (0, 0)


def test_a_case_carries_ten_files_and_no_more(as_amina: Client, accepted: Case) -> None:
    files = [upload(f"{n}.jpg", picture(size=(64 + n, 48))) for n in range(10)]
    as_amina.post(url(accepted, "case-add"), {"text": MORE, "attachments": files})
    response = as_amina.post(
        url(accepted, "case-add"), {"text": MORE, "attachments": [upload("x.png", picture("PNG"))]}
    )
    assert (list(response.context["form"].errors), accepted.attachments.count()) == (["attachments"], 10)


def test_nothing_is_added_to_a_closed_case(as_amina: Client, closed: Case) -> None:
    assert as_amina.get(url(closed, "case-add")).url == url(closed)
    response = as_amina.post(url(closed, "case-add"), {"text": MORE})
    assert (response.status_code, closed.additions.count()) == (409, 0)
    assert MORE in response.content.decode()


def test_words_can_be_corrected_until_they_are_accepted(as_amina: Client, referred: Case, omar: User) -> None:
    assert DETAILS in page(as_amina, referred, "case-amend")
    words = {"subject": "موضوع مصحح", "details": "تفاصيل مصححة", "area": "حي نزال", "place": ""}
    assert as_amina.post(url(referred, "case-amend"), words).url == url(referred)
    referred.refresh_from_db()
    assert (referred.subject, referred.area, referred.revisions.get().subject) == ("موضوع مصحح", "حي نزال", SUBJECT)
    actions.accept(referred, by=omar, at=timezone.now(), days=1)
    assert as_amina.get(url(referred, "case-amend")).url == url(referred)
    response = as_amina.post(url(referred, "case-amend"), words | {"subject": "متأخر"})
    referred.refresh_from_db()
    assert (response.status_code, referred.subject) == (409, "موضوع مصحح")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("accepted", "بدأت الجهة العمل على طلبكم. أضيفوا معلومة بدلًا من التصحيح."),
        ("closed", "طلبكم مغلق أصلًا."),
    ],
)
def test_who_comes_too_late_to_correct_is_told_why(as_amina: Client, request, state: str, said: str) -> None:
    late = as_amina.get(url(request.getfixturevalue(state), "case-amend"), follow=True)
    assert [str(message) for message in late.context["messages"]] == [said]


@pytest.mark.parametrize(
    ("field", "typed"), [("subject", ""), ("subject", "م" * 200), ("details", "م" * 5000), ("details", "\0")]
)
def test_a_bad_correction_changes_nothing(as_amina: Client, referred: Case, field: str, typed: str) -> None:
    response = as_amina.post(url(referred, "case-amend"), {"subject": "x", "details": "y", field: typed})
    referred.refresh_from_db()
    assert (list(response.context["form"].errors), referred.subject) == ([field], SUBJECT)


def test_withdrawing_asks_first_and_is_for_good(as_amina: Client, referred: Case) -> None:
    assert "هل تريدون سحب الشكوى؟" in page(as_amina, referred, "case-withdraw")
    referred.refresh_from_db()
    assert referred.state == State.REFERRED
    assert as_amina.post(url(referred, "case-withdraw")).url == url(referred)
    referred.refresh_from_db()
    assert (referred.state, referred.outcome) == (State.CLOSED, Outcome.WITHDRAWN)
    assert as_amina.get(url(referred, "case-withdraw")).url == url(referred)
    assert as_amina.post(url(referred, "case-withdraw")).status_code == 409


def test_a_withdrawal_may_say_why_and_refuses_what_is_not_offered(as_amina: Client, referred: Case) -> None:
    refused = as_amina.post(url(referred, "case-withdraw"), {"because": "'; --"})
    assert list(refused.context["form"].errors) == ["because"]
    assert as_amina.post(url(referred, "case-withdraw"), {"because": "solved"}).url == url(referred)
    event = referred.events.latest("number")
    assert (event.action, event.withdrawn_because) == ("withdraw", "solved")
    with translation.override("en"):
        (entry,) = history_entries(referred, [event], {})
    assert entry.title == "Withdrawn by the citizen: The problem has been solved"


@pytest.mark.parametrize(
    ("state", "offered"),
    [
        ("referred", {"case-add", "case-amend", "case-withdraw"}),
        ("accepted", {"case-add", "case-withdraw"}),
        ("asked", {"case-add", "case-reply", "case-withdraw"}),
        ("closed", set()),
    ],
)
def test_the_page_offers_what_can_be_done_and_nothing_else(
    as_amina: Client, request, state: str, offered: set[str]
) -> None:
    case = request.getfixturevalue(state)
    shown = page(as_amina, case)
    assert {name for name in ACTS if f'"{url(case, name)}"' in shown} == offered


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_keeps_what_was_typed_and_records_nothing(as_amina: Client, accepted: Case) -> None:
    events = accepted.events.count()
    response = as_amina.post(url(accepted, "case-add"), {"text": MORE, "attachments": [upload("a.jpg")]})
    assert (response.status_code, list(response.context["form"].errors)) == (200, ["attachments"])
    assert MORE in response.content.decode()
    assert (accepted.events.count(), accepted.additions.count(), accepted.attachments.count()) == (events, 0, 0)
