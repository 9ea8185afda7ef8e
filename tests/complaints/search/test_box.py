"""The search box forgives: last digits, a slip in a number, a name; and it tells nobody what they may not know."""

from collections.abc import Sequence

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Citizen, IdentityView, User, ViewKind
from complaints import reference
from complaints.models import Case
from complaints.search import box, search
from complaints.visibility.redaction import knows_person
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address
from tests.complaints.search.test_search import found

pytestmark = pytest.mark.usefixtures("clock", "english")

NAME = "أمينة الخطيب"


def said(client: Client, text: str) -> str:
    """Return what the page says about the search, as one line."""
    page = client.post(reverse("queue"), {"q": text}).content.decode()
    return " ".join(page.split('role="status">', 1)[1].split("</p>", 1)[0].split())


def slips(number: str) -> list[str]:
    """Return ``number`` with each digit replaced, and with each pair of neighbours turned round."""
    others = [number[:at] + str((int(number[at]) + 3) % 10) + number[at + 1 :] for at in range(len(number))]
    turned = [number[:at] + number[at + 1] + number[at] + number[at + 2 :] for at in range(len(number) - 1)]
    return [other for other in (*others, *turned) if other != number]


def test_last_digits_and_slips_find_the_case(desk: Desk, file_case: FileCase, omar: User, yusuf: User) -> None:
    case, other = file_case(), file_case()
    number, client = case.reference, desk(omar)
    endings = [number[-count:] for count in range(4, 10)]
    unlike = next(ending for ending in endings if not other.reference.endswith(ending))
    results = {ending: found(client, ending) for ending in endings if len(ending) >= len(unlike)}
    assert set(results.values()) == {address("desk-case", case)}
    arabic = endings[-1].translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert found(client, arabic) == address("desk-case", case)
    missed = [slip for slip in slips(number) if number not in found(client, slip)]
    assert missed == []
    assert "Did you mean" in said(client, slips(number)[-1])
    # Nobody else learns that there is such a case.
    stranger = desk(yusuf)
    assert [found(stranger, text) for text in (*endings, *slips(number))] == [[]] * (len(endings) + len(slips(number)))
    assert "Did you mean" not in said(stranger, slips(number)[-1])


def test_every_dead_end_has_its_sentence(desk: Desk, referred: Case, omar: User) -> None:
    client, unused = desk(omar), reference.make(year=2026, serial=9_000_000)
    begins = {
        "849": "Too few digits",
        "07900": "Part of a phone number is not enough",
        "+96279000": "Part of a phone number is not enough",
        "0000": "None of your cases",
        unused[:-1] + str((int(unused[-1]) + 1) % 10): "Nothing found. As a tracking number",
        unused: "Nothing found. Check the number",
        "محمد العوران": "You can only search for names in the cases of your agency",
    }
    assert {text: said(client, text)[: len(words)] for text, words in begins.items()} == begins
    kept = client.post(reverse("queue"), {"q": "07900"}).content.decode()
    assert 'value="07900"' in kept


def test_a_name_finds_the_cases_whose_person_the_reader_knows_and_no_others(
    desk: Desk, file_case: FileCase, amina: Citizen, omar: User, yusuf: User, lina: User, now: object
) -> None:
    amina.first_name, amina.father_name, amina.family_name = "عبد الرحمن", "أحمد", "الخطيب"
    amina.save(update_fields=["first_name", "father_name", "family_name"])
    cases = [file_case(), file_case(hides_identity=True)]
    results: dict[str, Sequence[str]] = {}
    for user in (omar, yusuf, lina):
        known = [case.reference for case in cases[::-1] if knows_person(case, user, at=case.filed_at)]
        for typed in ("عبد الرحمن الخطيب", "عبدالرحمن خطيب", "عَبد الرحمن أحمد الخطيب"):
            listed = found(desk(user), typed)
            if listed != known:
                results[f"{user} {typed}"] = listed
    assert results == {}


def test_a_hidden_person_and_a_stranger_look_alike(
    desk: Desk, file_case: FileCase, amina: Citizen, omar: User, yusuf: User
) -> None:
    amina.first_name = "سلمى"
    amina.save(update_fields=["first_name"])
    hidden = file_case(hides_identity=True)
    answers = []
    for user, typed in ((omar, "سلمى الخطيب"), (omar, "سلمى العوران"), (yusuf, "سلمى الخطيب")):
        client = desk(user)
        client.post(reverse("queue"), {"q": typed})
        with CaptureQueriesContext(connection) as statements:
            shown = found(client, typed), said(client, typed)
        answers.append((*shown, len(statements)))
    assert {str(answer) for answer in answers} == {str(answers[0])}
    assert answers[0][0] == []
    file_case(hides_identity=True, details="أنا سلمى الخطيب ولا أريد أن يعرفني أحد في هذه الجهة أبدًا.")
    assert found(desk(omar), "سلمى الخطيب") == []
    assert not IdentityView.objects.filter(citizen=hidden.citizen).exists()


def test_a_search_by_name_is_recorded_for_whom_it_found_and_never_stands_in_an_address(
    desk: Desk, file_case: FileCase, amina: Citizen, karim: Citizen, omar: User
) -> None:
    karim.first_name, karim.family_name = amina.first_name, amina.family_name
    karim.save(update_fields=["first_name", "family_name"])
    case = file_case(citizen=amina)
    name = f"{amina.first_name} {amina.family_name}"
    assert found(desk(omar), name) == [case.reference]
    views = IdentityView.objects.filter(kind=ViewKind.NAME)
    assert [(view.citizen_id, view.viewer_id, view.in_reach) for view in views] == [(amina.pk, omar.pk, True)]
    assert name not in "".join(views.values_list("searched", flat=True))
    # A name that finds nobody is looked for in the texts, and still stands in no address.
    named = file_case(subject="شكر للموظف محمد العوران")
    assert found(desk(omar), "محمد العوران") == [named.reference]
    assert search.is_name("محمد العوران")
    assert not search.is_name("انقطاع المياه")
    assert box.answer("انقطاع المياه", user=omar, at=case.filed_at) is None
    # One of two words that begins with a given name may be none: the page says as what it was read.
    assert "the texts of these cases have these words" in said(desk(omar), "محمد العوران")
