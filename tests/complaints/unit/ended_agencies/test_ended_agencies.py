"""An agency that is merged or abolished while cases are open: nothing new goes there, and the unit refers the rest."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from agencies.models import Agency
from complaints.actions import accept, ask, refer
from complaints.models import Case
from complaints.permissions import rulings
from notifications.models import Message
from tests.cast import make_agency, make_staff
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address, statements_of
from tests.complaints.threads import overtaken
from tests.prepared_rows import prepared

WHY = "دُمجت الشركة في الأمانة اعتبارًا من بداية العام."


@pytest.fixture
@prepared
def merged(water: Agency) -> Agency:
    """The water company, since Saturday a part of something else."""
    water.ends_on = date(2026, 1, 3)
    water.save(update_fields=["ends_on"])
    return water


def test_a_case_filed_to_it_goes_to_triage(file_case: FileCase, merged: Agency) -> None:
    case = file_case(agency=merged)
    assert (case.state, case.agency) == ("triage", None)


def test_nothing_is_referred_to_it(triaged: Case, lina: User, merged: Agency, now: datetime) -> None:
    with pytest.raises(rulings.AgencyEnded):
        refer(triaged, by=lina, at=now, agency=merged)
    assert (triaged.state, triaged.version) == ("triage", 1)


def test_on_its_last_day_it_is_there(triaged: Case, lina: User, omar: User, water: Agency, now: datetime) -> None:
    Agency.objects.filter(pk=water.pk).update(ends_on="2026-01-04")
    water.refresh_from_db()
    refer(triaged, by=lina, at=now, agency=water)
    assert triaged.agency == water


def test_what_is_open_stays_workable_and_says_so(
    desk: Desk, referred: Case, merged: Agency, omar: User, now: datetime
) -> None:
    page = desk(omar).get(address("desk-case", referred)).content.decode()
    assert "Jordan Water Company ended" in page
    accept(referred, by=omar, at=now, days=2)
    assert referred.state == "in_progress"


def test_the_unit_reads_where_cases_are_left(
    desk: Desk, referred: Case, file_case: FileCase, lina: User, omar: User, water: Agency, now: datetime
) -> None:
    waiting = file_case()
    ask(waiting, by=omar, at=now, text="ما رقم العداد؟")
    assert list(desk(lina).get(reverse("ended-agencies")).context["ended_agencies"]) == []
    Agency.objects.filter(pk=water.pk).update(ends_on="2026-01-03")
    (row,) = desk(lina).get(reverse("ended-agencies")).context["ended_agencies"]
    assert (row.agency, row.open, row.waiting) == (water, 2, 1)


def test_one_act_refers_them_each_with_its_event_and_messages(
    desk: Desk,
    file_case: FileCase,
    *,
    lina: User,
    omar: User,
    yusuf: User,
    gam: Agency,
    water: Agency,
    now: datetime,
) -> None:
    cases = [file_case() for _ in range(2)]
    waiting = file_case()
    accept(cases[1], by=omar, at=now, days=2)
    ask(waiting, by=omar, at=now, text="ما رقم العداد؟")
    Agency.objects.filter(pk=water.pk).update(ends_on="2026-01-03")
    url = reverse("ended-agency", args=["miyahuna"])
    page = desk(lina).get(url)
    assert page.context["cases"] == cases
    answer = desk(lina).post(url, {"agency": "gam", "reason": WHY})
    for case in (*cases, waiting):
        case.refresh_from_db()
    assert (answer.status_code, [case.agency for case in cases], waiting.agency) == (302, [gam, gam], water)
    assert [case.events.last().action for case in cases] == ["refer", "refer"]
    assert [case.rulings.last().text for case in cases] == [WHY, WHY]
    assert Message.objects.filter(template="case_moved").count() == 2
    assert desk(lina).get(url).context["cases"] == []


def test_what_is_wrong_stands_beside_its_field_and_moves_nothing(
    desk: Desk, referred: Case, merged: Agency, lina: User
) -> None:
    make_agency("empty", "جهة بلا ضابط", "Agency without officers")
    client = desk(lina)
    for typed, errors in (
        ({}, ["agency", "reason"]),
        ({"agency": "miyahuna", "reason": WHY}, ["agency"]),
        ({"agency": "empty", "reason": WHY}, ["agency"]),
    ):
        page = client.post(reverse("ended-agency", args=["miyahuna"]), typed)
        referred.refresh_from_db()
        assert (page.status_code, list(page.context["form"].errors), referred.version) == (200, errors, 1), typed


def test_an_agency_that_is_still_there_has_no_such_page(desk: Desk, referred: Case, lina: User) -> None:
    assert desk(lina).get(reverse("ended-agency", args=["miyahuna"])).status_code == 404


def test_only_the_unit_has_them(desk: Desk, referred: Case, merged: Agency, omar: User, sami: User) -> None:
    urls = (reverse("ended-agencies"), reverse("ended-agency", args=["miyahuna"]))
    assert [desk(one).get(url).status_code for one in (omar, sami) for url in urls] == [404] * 4


def test_three_agencies_cost_what_one_does(desk: Desk, file_case: FileCase, lina: User, merged: Agency) -> None:
    def end(number: int) -> None:
        agency = make_agency(f"old-{number}", f"جهة {number}", f"Old agency {number}")
        make_staff(f"o{number}@old.example", "هلا", "Hala", f"+96279010009{number}", agency, Role.OFFICER)
        file_case(agency=agency)
        Agency.objects.filter(pk=agency.pk).update(ends_on="2026-01-03")

    end(0)
    one = statements_of(desk(lina), reverse("ended-agencies"))
    end(1)
    end(2)
    assert statements_of(desk(lina), reverse("ended-agencies")) == one


def test_a_case_that_a_colleague_refers_meanwhile_stays_where_it_was_referred(
    desk: Desk, referred: Case, lina: User, gam: Agency, yusuf: User, merged: Agency, now: datetime
) -> None:  # fmt: skip
    other = make_agency("other", "جهة أخرى", "Another agency")
    make_staff("hala@other.example", "هلا", "Hala", "+962790100097", other, Role.OFFICER)
    colleague = partial(refer, Case.objects.get(pk=referred.pk), by=lina, at=now, agency=gam)
    client, url = desk(lina), reverse("ended-agency", args=["miyahuna"])
    with overtaken(colleague, before="FOR UPDATE"):
        answer = client.post(url, {"agency": "other", "reason": WHY})
    referred.refresh_from_db()
    assert (answer.status_code, referred.agency, referred.version) == (302, gam, 2)


def test_one_press_sent_twice_at_once_refers_each_case_once(
    desk: Desk, referred: Case, lina: User, gam: Agency, yusuf: User, merged: Agency
) -> None:
    client, typed = desk(lina), {"agency": "gam", "reason": WHY}
    again = partial(desk(lina).post, url := reverse("ended-agency", args=["miyahuna"]), typed)
    with overtaken(again, before="FOR UPDATE"):
        answer = client.post(url, typed)
    referred.refresh_from_db()
    assert (answer.status_code, referred.agency, referred.version) == (302, gam, 2)
