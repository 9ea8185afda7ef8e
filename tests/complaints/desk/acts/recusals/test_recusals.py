"""The pages: set a colleague or oneself aside, take it back, and what the case page says of it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.urls import reverse

from accounts.models import Citizen, User
from complaints.actions import add_task, note, recuse
from complaints.models import Case, Recusal
from tests.cast import NOW
from tests.complaints import RECUSAL_REASON
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk, address, sent, statements_of


def test_the_supervisor_sets_a_colleague_aside(desk: Desk, accepted: Case, omar: User, hani: User, nadia: User) -> None:
    client = desk(nadia)
    page = client.get(address("desk-recuse", accepted))
    assert set(page.context["form"].people.values()) == {omar, hani, nadia}
    assert "Exclude a colleague" in page.content.decode()
    answer = client.post(
        address("desk-recuse", accepted), sent(accepted, person=str(omar.pk), text=RECUSAL_REASON), follow=True
    )
    assert answer.redirect_chain == [(address("desk-case", accepted), 302)]
    shown = answer.content.decode()
    assert [
        words in shown
        for words in (
            "Omar Smadi is excluded and can no longer see this case.",
            "Excluded from this case",
            "Excluded: conflict of interest",
            RECUSAL_REASON,
            "Allow a colleague to handle the case again",
        )
    ] == [True] * 5
    assert Recusal.objects.get().person == omar


def test_an_officer_sets_themself_aside_and_is_led_to_the_queue(
    desk: Desk, accepted: Case, omar: User, hani: User
) -> None:
    client = desk(omar)
    page = client.get(address("desk-recuse", accepted))
    assert list(page.context["form"].people.values()) == [omar]
    assert "Exclude yourself" in page.content.decode()
    typed = sent(accepted, person=str(omar.pk), text="المشتكي جاري وأعرفه جيدًا.")
    answer = client.post(address("desk-recuse", accepted), typed, follow=True)
    assert answer.redirect_chain[0] == (reverse("desk"), 302)
    assert "You are excluded from this case and can no longer see it." in answer.content.decode()
    assert client.get(address("desk-case", accepted)).status_code == 404


def test_the_button_says_what_it_does(desk: Desk, accepted: Case, omar: User, nadia: User, lina: User) -> None:
    words = ("Exclude yourself (conflict of interest)", "Exclude a colleague (conflict of interest)")
    pages = [desk(user).get(address("desk-case", accepted)).content.decode() for user in (omar, nadia, lina)]
    assert [[one in page for one in words] for page in pages] == [[True, False], [False, True], [False, True]]
    assert ["Allow a colleague to handle the case again" in page for page in pages] == [False] * 3


@pytest.mark.parametrize(
    ("typed", "faulty"),
    [
        ({"person": "", "text": RECUSAL_REASON}, ["person"]),
        ({"person": "omar", "text": ""}, ["text"]),
        ({"person": "omar", "text": "لا"}, ["text"]),
        ({"person": "omar", "text": "a" * 3001}, ["text"]),
        ({"person": "yusuf", "text": RECUSAL_REASON}, ["person"]),
        ({"person": "nobody", "text": RECUSAL_REASON}, ["person"]),
    ],
)
def test_a_slip_is_named_beside_its_field_and_the_words_are_kept(
    desk: Desk, accepted: Case, nadia: User, omar: User, yusuf: User, typed: dict[str, str], faulty: list[str]
) -> None:
    keys = {"omar": str(omar.pk), "yusuf": str(yusuf.pk), "nobody": "\x00;--", "": ""}
    page = desk(nadia).post(
        address("desk-recuse", accepted), sent(accepted, person=keys[typed["person"]], text=typed["text"])
    )
    assert (page.status_code, list(page.context["form"].errors)) == (200, faulty)
    assert page.context["form"]["text"].value() == typed["text"]
    assert not Recusal.objects.exists()


def test_an_officer_cannot_name_a_colleague_by_a_forged_form(
    desk: Desk, accepted: Case, omar: User, nadia: User
) -> None:
    page = desk(omar).post(address("desk-recuse", accepted), sent(accepted, person=str(nadia.pk), text=RECUSAL_REASON))
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["person"])


def test_a_page_gone_stale_keeps_the_reason(
    desk: Desk, accepted: Case, omar: User, nadia: User, hani: User, now: datetime
) -> None:
    typed = sent(accepted, person=str(omar.pk), text=RECUSAL_REASON)
    note(accepted, by=omar, at=now, text="اتصلت به")
    page = desk(nadia).post(address("desk-recuse", accepted), typed)
    assert (page.status_code, page.context["form"]["text"].value()) == (409, RECUSAL_REASON)
    assert not Recusal.objects.exists()


def test_a_colleague_is_let_back(desk: Desk, accepted: Case, omar: User, hani: User, nadia: User, clock: Clock) -> None:
    recuse(accepted, by=nadia, at=clock(), person=omar, text=RECUSAL_REASON)
    accepted.refresh_from_db()
    client = desk(nadia)
    page = client.get(address("desk-end-recusal", accepted))
    assert list(page.context["form"].people.values()) == [omar]
    typed = sent(accepted, person=str(omar.pk), text="المقصود شخص آخر بالاسم نفسه.")
    answer = client.post(address("desk-end-recusal", accepted), typed, follow=True)
    shown = answer.content.decode()
    assert ("Omar Smadi can handle the case again." in shown, "Exclusion ended" in shown) == (True, True)
    assert ("Excluded from this case" in shown, typed["text"] in shown) == (False, True)
    assert desk(omar).get(address("desk-case", accepted)).status_code == 200


def test_with_nobody_set_aside_there_is_nothing_to_take_back(desk: Desk, accepted: Case, nadia: User) -> None:
    answer = desk(nadia).get(address("desk-end-recusal", accepted), follow=True)
    assert "No one is excluded from this case." in answer.content.decode()
    again = desk(nadia).post(
        address("desk-end-recusal", accepted), sent(accepted, person="x", text=RECUSAL_REASON), follow=True
    )
    assert again.redirect_chain == [(address("desk-case", accepted), 302)]


def test_an_officer_has_no_page_to_take_it_back(
    desk: Desk, accepted: Case, omar: User, hani: User, nadia: User, now: datetime
) -> None:
    recuse(accepted, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    assert [desk(user).get(address("desk-end-recusal", accepted)).status_code for user in (hani, omar)] == [404, 404]


def test_strangers_have_neither_page(desk: Desk, accepted: Case, yusuf: User, sami: User, amina: Citizen) -> None:
    for person in (yusuf, sami, amina):
        for name in ("desk-recuse", "desk-end-recusal"):
            assert desk(person).get(address(name, accepted)).status_code == 404


def test_the_citizen_reads_nothing_of_it(
    desk: Desk, accepted: Case, omar: User, nadia: User, amina: Citizen, now: datetime
) -> None:
    before = desk(amina).get(address("case", accepted)).content.decode()
    recuse(accepted, by=nadia, at=now, person=omar, text=RECUSAL_REASON)
    after = desk(amina).get(address("case", accepted)).content.decode()
    assert (RECUSAL_REASON in after, "Exclude" in after, before.count("<li")) == (False, False, after.count("<li"))


def test_another_agency_with_a_part_learns_neither_who_nor_why(
    desk: Desk, accepted: Case, omar: User, nadia: User, yusuf: User, hani: User, now: datetime
) -> None:
    agency = yusuf.memberships.get().agency
    assert agency is not None
    add_task(accepted, by=omar, at=now, agency=agency, text="هل منحتم رخصة؟", days=2)
    recuse(accepted, by=nadia, at=now, person=hani, text=RECUSAL_REASON)
    page = desk(yusuf).get(address("desk-case", accepted)).content.decode()
    assert ["Excluded: conflict of interest" in page, RECUSAL_REASON in page, hani.name_en in page] == [
        True,
        False,
        False,
    ]
    client = desk(yusuf)
    assert list(client.get(address("desk-recuse", accepted)).context["form"].people.values()) == [yusuf]
    accepted.refresh_from_db()
    answer = client.post(address("desk-recuse", accepted), sent(accepted, person=str(yusuf.pk), text=RECUSAL_REASON))
    assert (answer.status_code, client.get(address("desk-case", accepted)).status_code) == (302, 404)


def test_what_the_clock_found_is_named_to_the_desk(desk: Desk, file_case: FileCase, omar: User, hani: User) -> None:
    case = file_case(employee="عمر الصمادي")
    page = desk(hani).get(address("desk-case", case)).content.decode()
    assert ["Excluded from this case" in page, "automatically" in page, page.count("Omar Smadi")] == [True, True, 2]


def test_the_page_costs_the_same_with_one_and_three(
    desk: Desk, accepted: Case, omar: User, hani: User, nadia: User, samar: User, lina: User
) -> None:
    client, where = desk(lina), address("desk-end-recusal", accepted)
    recuse(accepted, by=lina, at=NOW, person=hani, text=RECUSAL_REASON)
    one = statements_of(client, where)
    for person in (nadia, samar):
        recuse(accepted, by=lina, at=NOW, person=person, text=RECUSAL_REASON)
    assert statements_of(client, where) == one
