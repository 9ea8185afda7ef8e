"""What the case page says of labels and links: the own desk's labels in its head, the other number in its history."""

from datetime import datetime

import pytest

from accounts.models import Citizen, User
from agencies.models import Agency
from complaints.actions import label, link, unlink
from complaints.models import Case, Label
from complaints.staff.frame import load_case
from complaints.staff.pdf import read_case_file
from tests.complaints.cases import FileCase
from tests.complaints.pages import Desk, address


def test_the_head_shows_the_labels_of_the_own_desk_alone(
    desk: Desk, referred: Case, omar: User, lina: User, now: datetime
) -> None:
    label(referred, by=omar, at=now, name="حي النخيل")
    label(referred, by=omar, at=now, name="أنبوب رئيسي")
    label(referred, by=lina, at=now, name="للمتابعة")
    of_omar, of_lina = (desk(person).get(address("desk-case", referred)) for person in (omar, lina))
    assert of_omar.context["case"].tags == ["أنبوب رئيسي", "حي النخيل"]
    assert of_lina.context["case"].tags == ["للمتابعة"]
    said = [name in of_omar.content.decode() for name in ("أنبوب رئيسي", "حي النخيل", "للمتابعة")]
    assert said == [True, True, False]


def test_pages_about_the_case_show_them_too(desk: Desk, referred: Case, omar: User, now: datetime) -> None:
    label(referred, by=omar, at=now, name="حي النخيل")
    assert "حي النخيل" in desk(omar).get(address("desk-accept", referred)).content.decode()
    assert Label.objects.count() == 1


def named(case: Case, person: User, *, at: datetime) -> list[str]:
    texts = [entry.text for entry in read_case_file(load_case(person, case.reference, at=at), person, at=at).history]
    return [text.linked for text in texts if text and text.linked]


def test_the_history_names_the_other_case_at_both_ends_and_after_the_link_ended(
    desk: Desk, file_case: FileCase, omar: User, karim: Citizen, now: datetime
) -> None:
    lead, case = file_case(), file_case(citizen=karim)
    made = link(case, lead, by=omar, at=now)
    unlink(made, by=omar, at=now)
    assert named(case, omar, at=now) == [lead.reference] * 2
    assert named(lead, omar, at=now) == [case.reference] * 2
    page = desk(omar).get(address("desk-case", case)).content.decode()
    assert page.count(f'<p><a href="{address("desk-case", lead)}">') == 2


@pytest.mark.usefixtures("yusuf")
def test_a_case_out_of_sight_is_not_named(
    desk: Desk, file_case: FileCase, omar: User, lina: User, gam: Agency, now: datetime
) -> None:
    lead, case = file_case(agency=gam), file_case()
    link(case, lead, by=lina, at=now)
    assert (named(case, omar, at=now), named(case, lina, at=now)) == ([], [lead.reference])
    assert lead.reference not in desk(omar).get(address("desk-case", case)).content.decode()
