"""Whoever or whatever ends between page and press is said beside its box, and nothing is done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Absence, Membership, User
from accounts.roles import Role
from agencies.models import Agency, Directorate
from complaints import actions
from complaints.actions import consultations
from complaints.escalation import absences
from complaints.models import Case
from tests.cast import make_staff
from tests.complaints.pages import Desk, address, sent
from tests.prepared_rows import prepared

GONE = "This person is not available at your agency today. Choose another officer"
NO_MORE = "This person is not available at this agency today. Choose someone else"
ENDED = date(2026, 1, 1)
WORDS = "يرجى معاينة الخط الرئيسي في الشارع."


@pytest.fixture
@prepared
def people(water: Agency) -> list[User]:
    """Two more officers of the water company: the first leaves."""
    names = ("dana", "rana")
    return [
        make_staff(f"{name}@miyahuna.example", name, name, f"+96279010004{place}", water, Role.OFFICER)
        for place, name in enumerate(names)
    ]


@pytest.fixture(params=["before the press", "while it is done"])
def ends(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[object, str, object], None]:
    """Return a function that lets what ``rows`` are end now, or only once the form was found in order."""

    def make(module: object, name: str, rows: Callable[[], object]) -> None:
        called = getattr(module, name)

        def late(*args: object, **more: object) -> object:
            rows()
            return called(*args, **more)

        if request.param == "before the press":
            rows()
        else:
            monkeypatch.setattr(module, name, late)

    return make


def leaves(person: User) -> Callable[[], object]:
    return lambda: Membership.objects.filter(user=person).update(ends_on=date(2026, 1, 3))


def test_an_officer_who_leaves_gets_no_case(
    desk: Desk, accepted: Case, nadia: User, people: list[User], ends: Callable[..., None]
) -> None:
    dana = people[0]
    client, typed = desk(nadia), sent(accepted, officer=dana.pk)
    assert client.get(address("desk-assign", accepted)).status_code == 200
    ends(actions, "assign", leaves(dana))
    page = client.post(address("desk-assign", accepted), typed)
    assert (page.status_code, page.context["form"].errors) == (200, {"officer": [GONE]})
    assert not accepted.events.filter(action="assign").exists()


def test_a_directorate_that_is_abolished_is_asked_nothing_and_the_words_stay(
    desk: Desk, accepted: Case, omar: User, network: Directorate, water: Agency, ends: Callable[..., None]
) -> None:
    Directorate.objects.create(agency=water, name_ar="مديرية أخرى", name_en="Other")
    typed = sent(accepted, directorate=network.pk, text=WORDS, language="ar")
    ends(consultations, "consult", lambda: Directorate.objects.filter(pk=network.pk).update(is_active=False))
    page = desk(omar).post(address("desk-consult", accepted), typed)
    assert (page.status_code, page.context["form"].errors) == (
        200,
        {"directorate": ["This directorate is no longer active. Choose another one"]},
    )
    assert (WORDS in page.content.decode(), accepted.consultations.count()) == (True, 0)


def test_whoever_leaves_takes_over_nothing(
    desk: Desk, accepted: Case, omar: User, nadia: User, people: list[User], ends: Callable[..., None]
) -> None:
    dana = people[0]
    ends(absences, "reassign", leaves(dana))
    page = desk(nadia).post(reverse("officers-reassign"), {"giver": omar.pk, "taker": dana.pk})
    assert (page.status_code, page.context["form"].errors) == (200, {"taker": [NO_MORE]})
    accepted.refresh_from_db()
    assert accepted.officer == omar


def test_whoever_left_neither_goes_away_nor_stands_in(desk: Desk, nadia: User, omar: User, people: list[User]) -> None:
    dana, rana = people
    leaves(dana)()
    days = {"starts_on": "5/1/2026", "ends_on": "6/1/2026"}
    for typed, field in (
        ({"officer": dana.pk, "deputy": rana.pk}, "officer"),
        ({"officer": rana.pk, "deputy": dana.pk}, "deputy"),
    ):
        page = desk(nadia).post(reverse("officers-absence"), {**typed, **days})
        assert (page.status_code, page.context["form"].errors) == (200, {field: [NO_MORE]})
    assert not Absence.objects.exists()


@pytest.mark.parametrize(("name", "fixture"), [("decline", "referred"), ("return", "accepted")])
def test_an_agency_that_ends_is_not_proposed_and_the_words_stay(
    desk: Desk,
    omar: User,
    gam: Agency,
    ends: Callable[..., None],
    request: pytest.FixtureRequest,
    name: str,
    fixture: str,
) -> None:
    case = request.getfixturevalue(fixture)
    typed = sent(case, reason="other_agency", text="الشارع من اختصاص الأمانة.", proposed_agency=gam.code)
    action = {"decline": "decline", "return": "return_case"}[name]

    def end() -> None:
        Agency.objects.filter(pk=gam.pk).update(ends_on=ENDED)

    ends(actions, action, end)
    page = desk(omar).post(address(f"desk-{name}", case), typed)
    assert (page.status_code, list(page.context["form"].errors)) == (200, ["proposed_agency"])
    assert "الشارع من اختصاص الأمانة." in page.content.decode()
    assert case.refusals.count() == 0
