"""The pages of parts: who finds them, what they say, what is stale, and two people at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency
from complaints import actions
from complaints.actions import accept, add_task, answer_task, drop_task
from complaints.models import Case, CaseEvent, ReferralTask
from tests.cast import make_agency, make_staff
from tests.complaints import DONE, FOUND, PARTNER_ANSWER, PARTNER_TASK
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address, post_at_once, sent, statements_of
from tests.complaints.threads import Overlap

NAMES = ("desk-task", "desk-task-answer", "desk-task-drop")
GOOD = {"outcome": "solved", "found": FOUND, "done": DONE}


# ---- asking ----


def test_the_lead_asks_on_a_page(desk: Desk, accepted: Case, omar: User, gam: Agency, yusuf: User) -> None:
    assert desk(omar).get(address("desk-task", accepted)).status_code == 200
    typed = sent(accepted, agency="gam", text=PARTNER_TASK, days="٣")
    answer = desk(omar).post(address("desk-task", accepted), typed)
    task = ReferralTask.objects.get()
    assert (answer.status_code, answer.url) == (302, address("desk-case", accepted))
    assert (task.agency, task.text, task.clocks.get().limit_days) == (gam, PARTNER_TASK, 3)


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({}, ["agency", "text", "days"]),
        ({"agency": "gam", "text": PARTNER_TASK, "days": "8"}, ["days"]),
        ({"agency": "gam", "text": PARTNER_TASK, "days": "0"}, ["days"]),
        ({"agency": "gam", "text": PARTNER_TASK, "days": "غدا"}, ["days"]),
        ({"agency": "gam", "text": "لا", "days": "2"}, ["text"]),
        ({"agency": "miyahuna", "text": PARTNER_TASK, "days": "2"}, ["agency"]),
        ({"agency": "cmu", "text": PARTNER_TASK, "days": "2"}, ["agency"]),
        ({"agency": "over", "text": PARTNER_TASK, "days": "2"}, ["agency"]),
        ({"agency": "empty", "text": PARTNER_TASK, "days": "2"}, ["agency"]),
    ],
)
def test_each_mistake_stands_beside_its_field(
    desk: Desk, accepted: Case, omar: User, yusuf: User, typed: dict[str, str], errors: list[str]
) -> None:
    make_agency("over", "جهة انتهت", "Agency that ended", ends_on="2026-01-03")
    make_agency("empty", "جهة بلا ضابط", "Agency without officers")
    page = desk(omar).post(address("desk-task", accepted), sent(accepted, **typed))
    assert (page.status_code, list(page.context["form"].errors)) == (200, errors)
    assert ReferralTask.objects.count() == 0


def test_an_agency_is_not_asked_twice_at_once(
    desk: Desk, partner_task: ReferralTask, accepted: Case, omar: User
) -> None:
    page = desk(omar).post(address("desk-task", accepted), sent(accepted, agency="gam", text=PARTNER_TASK, days="1"))
    assert page.context["form"].errors == {
        "agency": ["Greater Amman Municipality has already been asked and has not answered yet."]
    }
    assert ReferralTask.objects.count() == 1


# ---- the agency that was asked ----


def test_it_reads_the_words_and_not_who_the_person_is(
    desk: Desk, partner_task: ReferralTask, accepted: Case, yusuf: User, amina: Citizen
) -> None:
    page = desk(yusuf).get(address("desk-case", accepted))
    text = page.content.decode()
    assert [part in text for part in (accepted.details, PARTNER_TASK)] == [True, True]
    assert [secret in text for secret in (amina.first_name, amina.family_name, amina.phone[-4:])] == [False] * 3
    assert not page.context["knows_person"]
    assert page.context["office"] == "Liaison officer – Greater Amman Municipality"
    assert desk(yusuf).get(address("desk-identity", accepted)).status_code == 404
    shown = page.context["panel"]
    offered = {button.url_name for button in (*shown.answers, *shown.others, *shown.secondary)}
    assert offered == {"desk-task-answer", "desk-note", "desk-call", "desk-recuse", "desk-pdf"}


def test_it_answers_on_a_page_and_the_case_is_out_of_sight(
    desk: Desk, partner_task: ReferralTask, accepted: Case, yusuf: User, omar: User
) -> None:
    page = desk(yusuf).get(address("desk-task-answer", accepted))
    assert ("task" in page.context["form"].fields, PARTNER_TASK in page.content.decode()) == (False, True)
    empty = desk(yusuf).post(address("desk-task-answer", accepted), sent(accepted))
    assert empty.context["form"].errors == {"text": ["Write your agency's answer"]}
    answer = desk(yusuf).post(address("desk-task-answer", accepted), sent(accepted, text=PARTNER_ANSWER))
    partner_task.refresh_from_db()
    assert (answer.status_code, answer.url, partner_task.state) == (302, "/en/staff/", "answered")
    assert desk(yusuf).get(address("desk-case", accepted)).status_code == 404
    assert PARTNER_ANSWER in desk(omar).get(address("desk-case", accepted)).content.decode()


def test_whoever_sits_at_two_desks_says_for_which(
    desk: Desk, partner_task: ReferralTask, accepted: Case, omar: User, yusuf: User, now: datetime
) -> None:
    third = make_agency("third", "جهة ثالثة", "Third agency")
    yusuf.memberships.create(agency=third, role=Role.OFFICER, starts_on="2025-01-01")
    other = add_task(accepted, by=omar, at=now, agency=third, text=PARTNER_TASK, days=1)
    wrong = desk(yusuf).post(address("desk-task-answer", accepted), sent(accepted, text=PARTNER_ANSWER))
    assert wrong.context["form"].errors == {"task": ["Choose an agency"]}
    typed = sent(accepted, text=PARTNER_ANSWER, task=str(other.pk))
    assert desk(yusuf).post(address("desk-task-answer", accepted), typed).status_code == 302
    partner_task.refresh_from_db()
    other.refresh_from_db()
    assert (partner_task.state, other.state) == ("open", "answered")


def test_words_typed_while_the_part_was_dropped_are_kept(
    desk: Desk, partner_task: ReferralTask, accepted: Case, yusuf: User, omar: User, now: datetime
) -> None:
    typed = sent(accepted, text=PARTNER_ANSWER)
    drop_task(partner_task, by=omar, at=now, reason="وصلت الرخصة من السجل.")
    page = desk(yusuf).post(address("desk-task-answer", accepted), typed)
    assert (page.status_code, page.context["previous_change"].action, page.context["typed_texts"]) == (
        409,
        "Request to another agency cancelled",
        [("Your text", PARTNER_ANSWER)],
    )
    assert accepted.subject not in page.content.decode()


# ---- doing without ----


def test_the_lead_drops_it_with_a_reason(desk: Desk, partner_task: ReferralTask, accepted: Case, omar: User) -> None:
    empty = desk(omar).post(address("desk-task-drop", accepted), sent(accepted))
    assert empty.context["form"].errors == {"reason": ["Enter: Reason"]}
    typed = sent(accepted, reason="وصلت الرخصة من السجل.")
    assert desk(omar).post(address("desk-task-drop", accepted), typed).status_code == 302
    partner_task.refresh_from_db()
    assert partner_task.state == "dropped"
    page = desk(omar).get(address("desk-task-drop", accepted), follow=True)
    assert "No other agency has an open request on this case." in page.content.decode()


def test_an_answer_that_came_first_is_not_dropped(
    desk: Desk, partner_task: ReferralTask, accepted: Case, omar: User, yusuf: User, now: datetime
) -> None:
    typed = sent(accepted, reason="وصلت الرخصة من السجل.")
    answer_task(partner_task, by=yusuf, at=now, text=PARTNER_ANSWER)
    page = desk(omar).post(address("desk-task-drop", accepted), typed)
    assert (page.status_code, page.context["previous_change"].by) == (409, "Yusuf Owais")
    partner_task.refresh_from_db()
    assert partner_task.state == "answered"


# ---- closing ----


@pytest.mark.parametrize("method", ["get", "post"])
def test_closing_says_whose_answer_is_missing_and_keeps_the_words(
    desk: Desk, partner_task: ReferralTask, accepted: Case, omar: User, method: str
) -> None:
    page = getattr(desk(omar), method)(address("desk-close", accepted), sent(accepted, **GOOD))
    accepted.refresh_from_db()
    assert (page.status_code, accepted.state) == (409, "in_progress")
    text = page.content.decode()
    assert "This case cannot be closed yet: Greater Amman Municipality has not answered." in text
    if method == "post":
        assert FOUND in text


def test_the_case_page_says_it_in_place_of_the_button(
    desk: Desk, partner_task: ReferralTask, accepted: Case, omar: User
) -> None:
    page = desk(omar).get(address("desk-case", accepted))
    buttons = {button.url_name for button in (*page.context["panel"].answers, *page.context["panel"].others)}
    assert ("desk-close" in buttons, {"desk-task", "desk-task-drop"} <= buttons) == (False, True)
    assert page.context["competence"].blockers == [
        "This case cannot be closed yet: Greater Amman Municipality has not answered."
    ]


# ---- strangers ----


@pytest.mark.parametrize("name", NAMES)
def test_strangers_find_no_such_page(
    desk: Desk, partner_task: ReferralTask, accepted: Case, sami: User, amina: Citizen, name: str, irbid
) -> None:
    third = make_agency("third", "جهة ثالثة", "Third agency")
    hala = make_staff("hala@third.example", "هلا", "Hala", "+962790100090", third, Role.OFFICER)
    for person in (sami, amina, hala):
        for method in ("get", "post"):
            assert getattr(desk(person), method)(address(name, accepted)).status_code == 404


def test_the_agency_that_was_asked_neither_asks_nor_drops(
    desk: Desk, partner_task: ReferralTask, accepted: Case, yusuf: User
) -> None:
    names = ("desk-task", "desk-task-drop", "desk-close", "desk-accept", "desk-note")
    answers = [desk(yusuf).get(address(name, accepted)).status_code for name in names]
    assert answers == [404, 404, 404, 404, 200]


def test_the_lead_does_not_answer_for_another(
    desk: Desk, partner_task: ReferralTask, accepted: Case, omar: User, lina: User
) -> None:
    assert [desk(one).get(address("desk-task-answer", accepted)).status_code for one in (omar, lina)] == [404, 404]


# ---- two at once ----


@pytest.mark.django_db(transaction=True)
def test_two_answers_at_once_are_one(
    desk: Desk, partner_task: ReferralTask, accepted: Case, yusuf: User, gam: Agency
) -> None:
    rana = make_staff("rana@gam.example", "رنا", "Rana", "+962790100091", gam, Role.SUPERVISOR)
    typed, url = sent(accepted, text=PARTNER_ANSWER), address("desk-task-answer", accepted)
    statuses = post_at_once(*_posts(desk, [yusuf, rana], url, typed))
    assert sorted(statuses) == [302, 409]
    assert CaseEvent.objects.filter(case=accepted, action="answer_task").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_ask_once(
    desk: Desk, accepted: Case, omar: User, nadia: User, gam: Agency, yusuf: User
) -> None:
    typed, url = sent(accepted, agency="gam", text=PARTNER_TASK, days="2"), address("desk-task", accepted)
    assert sorted(post_at_once(*_posts(desk, [omar, nadia], url, typed))) == [302, 409]
    assert ReferralTask.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("gam", "yusuf")
def test_closing_while_another_agency_is_asked_is_one_of_both(
    desk: Desk, file_case: FileCase, omar: User, nadia: User, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for first, second in (("add_task", "close"), ("close", "add_task")):
        case, overlap = file_case(), Overlap()
        accept(case, by=omar, at=now, days=2)
        asks = sent(case, agency="gam", text=PARTNER_TASK, days="2")
        posts = {
            "add_task": partial(desk(omar).post, address("desk-task", case), asks),
            "close": partial(desk(nadia).post, address("desk-close", case), sent(case, **GOOD)),
        }
        with monkeypatch.context() as patch:
            patch.setattr(actions, first, overlap.around(getattr(actions, first)))
            statuses = [page.status_code for page in overlap.run(posts[first], posts[second])]
        case.refresh_from_db()
        found.append((statuses, overlap.was_overtaken, case.state, case.tasks.count()))
    assert found == [([302, 409], False, "in_progress", 1), ([302, 409], False, "closed", 0)]


def _posts(desk: Desk, people: list[User], url: str, typed: dict[str, object]) -> list[Callable[[], object]]:
    return [partial(desk(person).post, url, typed) for person in people]


# ---- cost ----


def test_three_parts_cost_what_one_does(
    desk: Desk, partner_task: ReferralTask, accepted: Case, omar: User, now: datetime
) -> None:
    one = statements_of(desk(omar), address("desk-case", accepted))
    for n in range(2):
        agency = make_agency(f"other-{n}", f"جهة {n}", f"Other agency {n}")
        make_staff(f"o{n}@other.example", "هلا", "Hala", f"+96279010009{n}", agency, Role.OFFICER)
        add_task(accepted, by=omar, at=now, agency=agency, text=PARTNER_TASK, days=1)
    assert statements_of(desk(omar), address("desk-case", accepted)) == one
