"""The search box: a number goes to its case, words to a list, and a person who hid is not found by the agency."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Agency
from complaints.models import Case
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address

pytestmark = pytest.mark.usefixtures("clock", "english")


def found(client: Client, text: str) -> list[str] | str:
    """Return the references listed, or the address the search goes to."""
    answer = client.post(reverse("queue"), {"q": text})
    if answer.status_code == 302:
        return answer.url
    assert answer.status_code == 200
    return [row.case.reference for row in answer.context["rows"]]


def by_words(client: Client, text: str) -> list[str]:
    page = client.get(reverse("queue"), {"q": text})
    return [row.case.reference for row in page.context["rows"]]


@pytest.mark.parametrize("typed", ["{0}", "{1} {2} {3}", "{1}-{2}-{3}", "\u200e{0}"])
def test_a_tracking_number_goes_straight_to_the_case(desk: Desk, referred: Case, omar: User, typed: str) -> None:
    number = referred.reference
    text = typed.format(number, number[:2], number[2:6], number[6:])
    assert found(desk(omar), text) == address("desk-case", referred)


def test_arabic_digits_are_digits(desk: Desk, referred: Case, omar: User) -> None:
    text = referred.reference.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert found(desk(omar), text) == address("desk-case", referred)


def test_the_number_of_another_agencys_case_finds_nothing(desk: Desk, referred: Case, yusuf: User) -> None:
    assert found(desk(yusuf), referred.reference) == []


@pytest.mark.parametrize("typed", ["0790001234", "+962 79 000 1234", "٠٧٩٠٠٠١٢٣٤", "9902103456"])
def test_a_persons_telephone_or_national_number_finds_the_cases(
    desk: Desk, file_case: FileCase, omar: User, karim: Citizen, typed: str
) -> None:
    first, second = file_case(), file_case()
    file_case(citizen=karim)
    assert found(desk(omar), typed) == [second.reference, first.reference]


def test_a_persons_only_case_opens_at_once(desk: Desk, referred: Case, omar: User) -> None:
    assert found(desk(omar), "9902103456") == address("desk-case", referred)


def test_a_person_who_hid_is_not_found_by_the_agency_but_by_the_unit(
    desk: Desk, file_case: FileCase, omar: User, lina: User
) -> None:
    case = file_case(hides_identity=True)
    for number in ("0790001234", "9902103456"):
        assert found(desk(omar), number) == []
        assert found(desk(lina), number) == address("desk-case", case)


def test_the_number_of_a_person_never_stands_in_an_address(desk: Desk, referred: Case, omar: User) -> None:
    assert by_words(desk(omar), "9902103456") == []
    assert "9902103456" not in str(found(desk(omar), "9902103456"))


def test_words_go_to_an_address_of_their_own(desk: Desk, referred: Case, omar: User) -> None:
    assert found(desk(omar), "انقطاع المياه") == reverse("queue") + "?q=" + (
        "%D8%A7%D9%86%D9%82%D8%B7%D8%A7%D8%B9+%D8%A7%D9%84%D9%85%D9%8A%D8%A7%D9%87"
    )


@pytest.mark.parametrize("typed", ["انقطاع", "إنقطاع", "والانقطاعات", "المياه نزال", "مياه", "انقط", "إنقِطاع المِياه"])
def test_words_are_found_however_they_are_spelled(desk: Desk, file_case: FileCase, omar: User, typed: str) -> None:
    case = file_case(subject="انقطاعات المياه في حي نزال")
    file_case(subject="موضوع آخر", details="لا علاقة له")
    assert by_words(desk(omar), typed) == [case.reference]


def test_every_word_has_to_be_there(desk: Desk, referred: Case, omar: User) -> None:
    assert by_words(desk(omar), "انقطاع الكهرباء") == []


def test_words_find_cases_of_the_own_agency_only(
    desk: Desk, referred: Case, omar: User, yusuf: User, gam: Agency
) -> None:
    assert by_words(desk(yusuf), "انقطاع") == []


@pytest.mark.parametrize("typed", ["'", "a' & !b | (", "\\", "%", "<b>", "  ", "ا" * 5000, "م:*"])
def test_whatever_is_typed_gives_a_page(desk: Desk, referred: Case, omar: User, typed: str) -> None:
    answer = desk(omar).post(reverse("queue"), {"q": typed}, follow=True)
    assert answer.status_code == 200


def test_what_cannot_be_stored_is_refused(desk: Desk, referred: Case, omar: User) -> None:
    assert desk(omar).post(reverse("queue"), {"q": "a\0b"}, follow=True).status_code == 400


def test_words_come_page_by_page(
    desk: Desk, file_case: FileCase, omar: User, monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    monkeypatch.setattr("complaints.search.search.PAGE", 2)
    made = [file_case().reference for _ in range(3)]
    client = desk(omar)
    first = client.get(reverse("queue"), {"q": "انقطاع"})
    second = client.get(reverse("queue") + first.context["next"])
    seen = [[row.case.reference for row in page.context["rows"]] for page in (first, second)]
    assert seen == [[made[2], made[1]], [made[0]]]
