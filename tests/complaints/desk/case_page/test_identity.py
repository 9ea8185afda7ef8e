"""Seeing who the person is: with a reason, on record, and never where the person hid it from the agency."""

import pytest

from accounts.models import Citizen, IdentityView, User
from complaints.models import Case
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address

WHY = "للاتصال به وتحديد موعد الكشف"


def test_the_numbers_are_shown_once_and_the_look_is_recorded(
    desk: Desk, referred: Case, omar: User, amina: Citizen
) -> None:
    page = desk(omar).post(address("desk-identity", referred), {"reason": WHY})
    assert page.context["shown"] == {"number": "9902103456", "phone": "079 000 1234"}
    look = IdentityView.objects.get()
    assert (look.viewer, look.citizen, look.reference, look.fields, look.reason) == (
        omar,
        amina,
        referred.reference,
        ["number", "phone"],
        WHY,
    )
    assert "9902103456" not in desk(omar).get(address("desk-case", referred)).content.decode()


@pytest.mark.parametrize("reason", ["", "   ", "لأن", "س" * 201])
def test_without_a_reason_nothing_is_shown(desk: Desk, referred: Case, omar: User, reason: str) -> None:
    page = desk(omar).post(address("desk-identity", referred), {"reason": reason})
    assert (list(page.context["form"].errors), page.context["shown"]) == (["reason"], {})
    assert IdentityView.objects.count() == 0


def test_asking_for_the_page_shows_nothing(desk: Desk, referred: Case, omar: User) -> None:
    page = desk(omar).get(address("desk-identity", referred))
    assert (page.status_code, page.context["shown"], IdentityView.objects.count()) == (200, {}, 0)


def test_a_person_who_hid_stays_hidden_from_the_agency(
    desk: Desk, file_case: FileCase, omar: User, nadia: User, lina: User
) -> None:
    case = file_case(hides_identity=True)
    for person in (omar, nadia):
        assert desk(person).get(address("desk-identity", case)).status_code == 404
        assert desk(person).post(address("desk-identity", case), {"reason": WHY}).status_code == 404
    assert IdentityView.objects.count() == 0
    assert desk(lina).post(address("desk-identity", case), {"reason": WHY}).context["shown"]["number"] == "9902103456"


def test_one_press_shows_the_number_beside_the_log_of_the_call(
    desk: Desk, referred: Case, file_case: FileCase, omar: User, lina: User, yusuf: User, amina: Citizen
) -> None:
    page = desk(omar).get(address("desk-case", referred)).content.decode()
    assert (f'action="{address("desk-call", referred)}"' in page, "tel:" in page) == (True, False)
    press = {"number": "1", "spoken_with": "citizen", "version": referred.version}
    shown = desk(omar).post(address("desk-call", referred), press | {"text": "بدأت أكتب"})
    text = shown.content.decode()
    assert (shown.status_code, 'href="tel:+962790001234"' in text, "079 000 1234" in text) == (200, True, True)
    # The form stands beside it with what was typed, nothing is wrong with it, and nothing is recorded yet.
    form = shown.context["form"]
    assert (form["spoken_with"].value(), form["text"].value(), dict(form.errors)) == ("citizen", "بدأت أكتب", {})
    assert referred.events.filter(action="call").count() == 0
    look = IdentityView.objects.get(kind="numbers")
    assert (look.viewer, look.citizen, look.reference, look.fields, look.reason) == (
        omar,
        amina,
        referred.reference,
        ["phone"],
        "To call about this case",
    )
    # Opening the page, or sending the form, shows no number.
    assert "tel:" not in desk(omar).get(address("desk-call", referred)).content.decode()
    wrong = desk(omar).post(address("desk-call", referred), {"send": "1", "version": referred.version})
    assert ("tel:" in wrong.content.decode(), IdentityView.objects.filter(kind="numbers").count()) == (False, 1)
    hidden = file_case(hides_identity=True)
    assert desk(yusuf).post(address("desk-call", referred), press).status_code == 404
    assert desk(omar).post(address("desk-call", hidden), press).status_code == 404
    assert 'name="number"' not in desk(omar).get(address("desk-call", hidden)).content.decode()
    assert 'name="number"' not in desk(omar).get(address("desk-case", hidden)).content.decode()
    assert IdentityView.objects.filter(kind="numbers").count() == 1
    assert "tel:" in desk(lina).post(address("desk-call", hidden), press).content.decode()
