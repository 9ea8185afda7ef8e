"""A complaint that names an employee: whoever of the receiving desk it names keeps off it from the first moment."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Absence, Citizen, User
from accounts.roles import Role
from agencies.models import Agency, Topic
from complaints.actions import add_task, end_recusal, refer
from complaints.actions.classification import NoActiveOfficer
from complaints.models import Case, Draft, Recusal
from notifications.models import Message
from tests.cast import NOW, make_staff
from tests.complaints import DETAILS, RECUSAL_REASON
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk
from tests.prepared_rows import prepared

pytestmark = pytest.mark.usefixtures("clock", "english")

NAME = "عمر الصمادي"


def aside(case: Case) -> list[str]:
    return [concern.person.name_ar for concern in case.recusals.open().select_related("person")]


def told(case: Case, template: str) -> set[str]:
    sent = Message.objects.filter(reference=case.reference, template=template)
    return {message.address.partition("@")[0] for message in sent if "@" in message.address}


def acts(case: Case) -> list[str]:
    return list(case.events.order_by("number").values_list("action", flat=True))


def test_the_officer_who_is_named_keeps_off(
    file_case: FileCase, omar: User, hani: User, nadia: User, now: datetime
) -> None:
    case = file_case(employee="السيد عمر صمادي")
    concern = case.recusals.get()
    assert (concern.person, concern.named_by, concern.text, concern.at) == (omar, None, "", now)
    assert acts(case) == ["file", "recuse"]
    event = case.events.get(action="recuse")
    assert (event.actor, event.facts) == (
        None,
        {"person": str(omar.pk), "desk": case.agency_id},
    )
    assert concern.event == event
    assert told(case, "officer_new_case") == {"hani"}


@pytest.mark.parametrize("name", ["", "عمر", "ليلى الصمادي", "يوسف عويس"])
def test_who_is_not_named_in_full_or_is_elsewhere_does_not(
    file_case: FileCase, omar: User, yusuf: User, name: str
) -> None:
    case = file_case(employee=name)
    assert (aside(case), acts(case), case.state) == ([], ["file"], "referred")


def test_the_ladder_counts_and_an_absent_member_too(
    file_case: FileCase, omar: User, hani: User, samar: User, now: datetime
) -> None:
    Absence.objects.create(user=hani, starts_on=now.date(), ends_on=now.date())
    assert aside(file_case(employee="سمر نصار")) == [samar.name_ar]
    assert aside(file_case(employee="هاني علي")) == [hani.name_ar]


def test_a_deputy_from_elsewhere_counts(file_case: FileCase, hani: User, yusuf: User, now: datetime) -> None:
    Absence.objects.create(user=hani, deputy=yusuf, starts_on=now.date(), ends_on=now.date())
    assert aside(file_case(employee="يوسف عويس")) == [yusuf.name_ar]


def test_who_left_does_not_count(file_case: FileCase, omar: User, hani: User) -> None:
    omar.memberships.update(ends_on=date(2026, 1, 3))
    assert aside(file_case(employee=NAME)) == []


def test_where_the_only_officer_is_named_the_supervisor_has_it(
    file_case: FileCase, omar: User, lina: User, nadia: User, water: Agency
) -> None:
    case = file_case(employee=NAME)
    assert (case.state, case.agency, aside(case)) == ("referred", water, [omar.name_ar])
    assert (told(case, "officer_new_case"), told(case, "cmu_triage")) == ({"nadia"}, set())


def test_where_nobody_else_is_at_the_desk_it_goes_to_triage(file_case: FileCase, omar: User, lina: User) -> None:
    case = file_case(employee=NAME)
    assert (case.state, case.agency, aside(case)) == ("triage", None, [omar.name_ar])
    assert (told(case, "officer_new_case"), told(case, "cmu_triage")) == (set(), {"lina"})


def test_a_referral_looks_anew(
    file_case: FileCase, omar: User, hani: User, lina: User, yusuf: User, gam: Agency, water: Agency
) -> None:
    case = file_case(agency=gam, employee=NAME)
    assert aside(case) == []
    refer(case, by=lina, at=NOW, agency=water)
    assert (aside(case), acts(case)[-2:], case.agency) == ([omar.name_ar], ["refer", "recuse"], water)
    assert told(case, "officer_new_case") == {"yusuf", "hani"}


def test_a_referral_to_nobody_but_the_one_who_is_named_is_refused(
    file_case: FileCase, omar: User, lina: User, yusuf: User, gam: Agency, water: Agency, now: datetime
) -> None:
    case = file_case(agency=gam, employee=NAME)
    with pytest.raises(NoActiveOfficer):
        refer(case, by=lina, at=now, agency=water)
    case.refresh_from_db()
    assert (case.agency, Recusal.objects.count(), acts(case)) == (gam, 0, ["file"])


def test_the_clock_does_not_redo_what_a_colleague_took_back(
    file_case: FileCase, omar: User, hani: User, nadia: User, lina: User, yusuf: User, now: datetime
) -> None:
    case, gam = file_case(employee=NAME), Agency.objects.get(code="gam")
    water = case.agency
    assert water is not None
    end_recusal(case, by=nadia, at=now, person=omar, text="شخص آخر بالاسم نفسه.")
    refer(case, by=lina, at=now + timedelta(minutes=1), agency=gam)
    refer(case, by=lina, at=now + timedelta(minutes=2), agency=water)
    assert (aside(case), case.recusals.count()) == ([], 1)


def test_a_referral_back_keeps_who_keeps_off(
    file_case: FileCase, omar: User, hani: User, lina: User, yusuf: User, gam: Agency, now: datetime
) -> None:
    case = file_case(employee=NAME)
    water = case.agency
    assert water is not None
    refer(case, by=lina, at=now + timedelta(minutes=1), agency=gam)
    refer(case, by=lina, at=now + timedelta(minutes=2), agency=water)
    assert (aside(case), case.recusals.count()) == ([omar.name_ar], 1)


def test_another_agency_that_is_asked_for_its_part_is_looked_at_too(
    file_case: FileCase, omar: User, yusuf: User, gam: Agency, now: datetime
) -> None:
    case = file_case(employee="يوسف عويس")
    with pytest.raises(NoActiveOfficer):
        add_task(case, by=omar, at=now, agency=gam, text="هل منحتم رخصة؟", days=2)
    make_staff("tala@gam.example", "تالا قعوار", "Tala Qawar", "+962790100018", gam, Role.OFFICER)
    add_task(case, by=omar, at=now, agency=gam, text="هل منحتم رخصة؟", days=2)
    assert (aside(case), told(case, "officer_task")) == ([yusuf.name_ar], {"tala"})
    assert not Case.objects.visible_to(yusuf, at=now).exists()


def test_a_name_costs_one_statement_and_no_name_none(file_case: FileCase, omar: User, hani: User) -> None:
    def cost(name: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            file_case(employee=name)
        return len(asked)

    file_case()
    assert cost("ليلى الصمادي") - cost("") == 1


# ---- the form ----


@pytest.fixture
@prepared
def draft(amina: Citizen, water: Agency, outage: Topic, now: datetime) -> Draft:
    return Draft.objects.create(citizen=amina, kind="complaint", agency=water, topic=outage, updated_at=now)


def test_the_form_of_a_complaint_asks_for_the_employee(
    desk: Desk, amina: Citizen, draft: Draft, omar: User, hani: User
) -> None:
    client, where = desk(amina), reverse("new-what", args=["complaint"])
    page = client.get(where).content.decode()
    assert "Name of the employee, if the complaint is about one" in page
    assert "Write the full name. This person will not handle the complaint." in page
    typed = {"subject": "معاملة سيئة", "details": DETAILS, "employee": NAME}
    assert client.post(where, typed).status_code == 302
    check = client.get(reverse("new-check", args=["complaint"]))
    assert NAME in check.content.decode()
    client.post(reverse("new-check", args=["complaint"]), {"draft": draft.pk, "notify_by": "sms"})
    case = Case.objects.get()
    assert (case.employee, aside(case)) == (NAME, [omar.name_ar])
    own = client.get(reverse("case", args=[case.reference])).content.decode()
    assert (NAME in own, "Exclude" in own, RECUSAL_REASON in own) == (True, False, False)


@pytest.mark.parametrize("kind", ["suggestion", "inquiry"])
def test_other_kinds_are_not_asked(
    desk: Desk, amina: Citizen, water: Agency, inquiry: Topic, now: datetime, kind: str, omar: User
) -> None:
    Draft.objects.create(citizen=amina, kind=kind, agency=water, topic=inquiry, updated_at=now)
    assert "employee" not in desk(amina).get(reverse("new-what", args=[kind])).context["form"].fields


def test_the_desk_reads_whom_a_complaint_names(desk: Desk, file_case: FileCase, omar: User, hani: User) -> None:
    case = file_case(employee="ليلى الصمادي")
    page = desk(hani).get(reverse("desk-case", args=[case.reference])).content.decode()
    assert ("Named employee" in page, "ليلى الصمادي" in page) == (True, True)
