"""The pages of linking: whom they let in, what they refuse beside which box, and what stands on the case afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Citizen, User
from agencies.models import Agency
from complaints import reference
from complaints.actions import close, decline, link, refer
from complaints.models import Case, CaseLink
from tests.cast import NOW
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase, Neighbours
from tests.complaints.pages import Desk, address, sent

type Follow = Callable[..., Case]
SAME = {"kind": "same_problem", "leads": "other"}


def errors(page: object) -> dict[str, list[str]]:
    return {name: list(said) for name, said in page.context["form"].errors.items()}


def test_a_case_is_linked_by_its_number(desk: Desk, file_case: FileCase, lead: Case, omar: User) -> None:
    case = file_case()
    number = f"{lead.reference[:2]} {lead.reference[2:6]}-{lead.reference[6:]}"
    answer = desk(omar).post(address("desk-link", case), sent(case, number=number, **SAME))
    assert answer.status_code == 302
    assert [(one.case, one.lead, one.kind) for one in CaseLink.objects.all()] == [(case, lead, "same_problem")]


def test_this_case_can_lead(desk: Desk, file_case: FileCase, lead: Case, omar: User) -> None:
    case = file_case()
    desk(omar).post(address("desk-link", lead), sent(lead, number=case.reference, **(SAME | {"leads": "this"})))
    assert [(one.case, one.lead) for one in CaseLink.objects.all()] == [(case, lead)]


def test_cases_that_look_alike_are_offered(
    desk: Desk, file_case: FileCase, lead: Case, karim: Citizen, gam: Agency, yusuf: User, omar: User
) -> None:
    case = file_case(citizen=karim)
    file_case(citizen=karim, agency=gam)
    page = desk(omar).get(address("desk-link", case))
    assert [value for value, _ in page.context["form"].fields["alike"].choices] == [lead.reference]
    desk(omar).post(address("desk-link", case), sent(case, alike=lead.reference, **SAME))
    assert CaseLink.objects.get().lead == lead
    page = desk(omar).get(address("desk-link", case))
    assert "alike" not in page.context["form"].fields


@pytest.mark.usefixtures("yusuf")
def test_what_cannot_be_linked_is_said_beside_the_number(
    desk: Desk, follow: Follow, file_case: FileCase, lead: Case, karim: Citizen, gam: Agency, omar: User
) -> None:
    follower, case, theirs = follow(karim), file_case(), file_case(agency=gam)
    lead.refresh_from_db()
    number_of_lead = reference.grouped(lead.reference)
    said = {
        "": "Enter the tracking number of the other case",
        "2600000001": "This number is not right. A tracking number has 10 digits",
        theirs.reference: "There is no case with this number that you can open",
        case.reference: "This is the same case. Enter another tracking number",
        follower.reference: (
            f"The case selected as the main case is itself linked under {number_of_lead}. "
            f"Link to {number_of_lead} instead"
        ),
    }
    for number, text in said.items():
        page = desk(omar).post(address("desk-link", case), sent(case, number=number, **SAME))
        assert (page.status_code, errors(page)) == (200, {"number": [text]})
    page = desk(omar).post(address("desk-link", follower), sent(follower, number=case.reference, **SAME))
    assert errors(page) == {
        "number": [f"The case to be linked is already linked under {number_of_lead}. Remove that link first"]
    }
    page = desk(omar).post(address("desk-link", lead), sent(lead, number=follower.reference, **SAME))
    assert errors(page) == {"number": ["These two cases are already linked"]}
    assert CaseLink.objects.count() == 1


def test_a_closed_case_is_not_linked_to(desk: Desk, file_case: FileCase, closed: Case, omar: User) -> None:
    case = file_case()
    page = desk(omar).post(address("desk-link", case), sent(case, number=closed.reference, **SAME))
    assert errors(page) == {"number": ["One of the two cases is closed. Only open cases can be linked"]}
    assert desk(omar).get(address("desk-link", closed)).status_code == 409


def test_moving_the_followers_is_offered(
    desk: Desk, follow: Follow, file_case: FileCase, lead: Case, karim: Citizen, omar: User
) -> None:
    follower, other = follow(karim), file_case()
    lead.refresh_from_db()
    page = desk(omar).post(address("desk-link", lead), sent(lead, number=other.reference, **SAME))
    assert errors(page) == {
        "number": ["The case to be linked is itself the main case of 1 case. Tick the box below to move that case too"]
    }
    assert "Move its linked cases too" in page.content.decode()
    desk(omar).post(address("desk-link", lead), sent(lead, number=other.reference, move="on", **SAME))
    now_linked = CaseLink.objects.filter(ended_at__isnull=True).order_by("pk")
    assert [(one.case, one.lead) for one in now_linked] == [(lead, other), (follower, other)]


def test_nobody_else_gets_in(
    desk: Desk, follow: Follow, lead: Case, karim: Citizen, yusuf: User, sami: User, amina: Citizen
) -> None:
    follow(karim)
    for person in (yusuf, sami, amina):
        for name in ("desk-link", "desk-unlink"):
            for method in ("get", "post"):
                assert getattr(desk(person), method)(address(name, lead)).status_code == 404
    assert CaseLink.objects.filter(ended_at__isnull=True).count() == 1


def test_a_page_gone_stale_links_nothing(desk: Desk, file_case: FileCase, lead: Case, omar: User) -> None:
    case = file_case()
    typed = sent(case, number=lead.reference, **SAME) | {"version": case.version - 1}
    page = desk(omar).post(address("desk-link", case), typed)
    assert (page.status_code, page.context["form"]["number"].value()) == (409, lead.reference)
    assert CaseLink.objects.count() == 0


def test_the_case_page_shows_both_ends(desk: Desk, follow: Follow, lead: Case, karim: Citizen, omar: User) -> None:
    case = follow(karim)
    client = desk(omar)
    assert "main case: its answer also answers this case" in client.get(address("desk-case", case)).content.decode()
    shown = client.get(address("desk-case", lead)).content.decode()
    assert ["linked case: the answer here also answers it" in shown, address("desk-unlink", lead) in shown] == [
        True,
        True,
    ]


def test_a_link_ends_on_the_page_of_either(
    desk: Desk, follow: Follow, file_case: FileCase, lead: Case, karim: Citizen, omar: User
) -> None:
    case = follow(karim)
    for one in (case, lead):
        page = desk(omar).get(address("desk-unlink", one))
        assert page.context["form"].initial == {"link": str(CaseLink.objects.get().pk)}
    lead.refresh_from_db()
    wrong = desk(omar).post(address("desk-unlink", lead), sent(lead, link="999"))
    assert list(errors(wrong)) == ["link"]
    answer = desk(omar).post(address("desk-unlink", lead), sent(lead, link=CaseLink.objects.get().pk))
    assert (answer.status_code, CaseLink.objects.filter(ended_at__isnull=True).count()) == (302, 0)
    assert desk(omar).get(address("desk-unlink", lead)).status_code == 302


@pytest.mark.usefixtures("yusuf")
def test_the_unit_links_across_agencies(
    desk: Desk, file_case: FileCase, lead: Case, gam: Agency, lina: User, omar: User
) -> None:
    theirs = file_case(agency=gam)
    desk(lina).post(address("desk-link", theirs), sent(theirs, number=lead.reference, **SAME))
    assert CaseLink.objects.get().lead == lead
    assert theirs.reference not in desk(omar).get(address("desk-case", lead)).content.decode()


def test_the_pages_take_the_same_statements_for_one_and_three(
    desk: Desk, follow: Follow, lead: Case, neighbours: Neighbours, omar: User
) -> None:
    first, *others = neighbours(3)
    client = desk(omar)
    client.get(address("desk-close", lead))
    follow(first)
    one = _statements(client, lead)
    for person in others:
        follow(person)
    assert _statements(client, lead) == one


def _statements(client: Client, case: Case) -> dict[str, int]:
    counts = {}
    for name in ("desk-close", "desk-unlink", "desk-link"):
        with CaptureQueriesContext(connection) as statements:
            assert client.get(address(name, case)).status_code == 200
        counts[name] = len(statements)
    return counts


def test_an_answered_lead_is_no_longer_offered(
    desk: Desk, follow: Follow, lead: Case, karim: Citizen, omar: User, now: datetime
) -> None:
    case = follow(karim, is_accepted=True)
    page = desk(omar).get(address("desk-close", case))
    assert (page.context["lead"], "Answer the main case" in page.content.decode()) == (lead, True)
    Case.objects.filter(pk=case.pk).update(kind="inquiry")
    close(lead, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    assert desk(omar).get(address("desk-close", case)).context["lead"] is None


@pytest.mark.usefixtures("yusuf")
def test_a_person_who_reads_another_agencys_case_does_not_link_it(
    desk: Desk, file_case: FileCase, lead: Case, omar: User, lina: User, gam: Agency
) -> None:
    seen = file_case()
    decline(seen, by=omar, at=NOW, reason="other_agency", text="حفر الشارع من عمل الأمانة.", proposed_agency=gam)
    refer(seen, by=lina, at=NOW, agency=gam)
    page = desk(omar).post(address("desk-link", lead), sent(lead, number=seen.reference, **SAME))
    assert errors(page) == {"number": ["This case is not with you: you can read it but not link it"]}
    assert (CaseLink.objects.count(), page.context["case"].version) == (0, Case.objects.get(pk=lead.pk).version)
    assert link(seen, lead, "related", by=lina, at=NOW).kind == "related"


@pytest.mark.usefixtures("yusuf")
def test_a_lead_at_another_agency_is_not_named(
    desk: Desk, file_case: FileCase, lead: Case, omar: User, lina: User, gam: Agency
) -> None:
    theirs, case = file_case(agency=gam), file_case()
    link(lead, theirs, by=lina, at=NOW)
    page = desk(omar).post(address("desk-link", case), sent(case, number=lead.reference, **SAME))
    said = "You cannot link these two cases. Ask the CMU to do it"
    assert (errors(page), theirs.reference in page.content.decode()) == ({"number": [said]}, False)


@pytest.mark.usefixtures("yusuf")
def test_a_case_that_is_only_read_tells_nothing_of_what_it_follows_or_leads(
    desk: Desk, file_case: FileCase, lead: Case, omar: User, lina: User, gam: Agency
) -> None:
    passed_on = [file_case() for _ in range(3)]
    for case in passed_on:
        decline(case, by=omar, at=NOW, reason="other_agency", text="حفر الشارع من عمل الأمانة.", proposed_agency=gam)
        refer(case, by=lina, at=NOW, agency=gam)
    alone, follower, leader = passed_on
    link(follower, leader, by=lina, at=NOW)
    lead.refresh_from_db()
    told = [
        errors(desk(omar).post(address("desk-link", lead), sent(lead, number=one.reference, **(SAME | {"leads": way}))))
        for one in (alone, follower, leader)
        for way in ("other", "this")
    ]
    assert told == [{"number": ["This case is not with you: you can read it but not link it"]}] * 6


@pytest.mark.usefixtures("yusuf")
def test_followers_that_are_not_open_to_the_reader_are_not_counted(
    desk: Desk, follow: Follow, file_case: FileCase, lead: Case, *, karim: Citizen, omar: User, lina: User, gam: Agency
) -> None:
    follow(karim)
    link(file_case(agency=gam), lead, by=lina, at=NOW)
    lead.refresh_from_db()
    page = desk(omar).post(address("desk-link", lead), sent(lead, number=file_case().reference, **SAME))
    said = "The case to be linked is itself a main case. Tick the box below to move its linked cases too"
    assert errors(page) == {"number": [said]}
