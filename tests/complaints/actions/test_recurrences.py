"""A problem that came back: a complaint of the same topic and place within weeks of an earlier closing."""

from datetime import datetime, timedelta

from accounts.models import Citizen, User
from agencies.models import Governorate, Topic
from complaints.actions import accept, close, link, withdraw
from complaints.desk.case_panels import came_back_after
from complaints.models import Case, LinkKind, Recurrence
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase


def answered(case: Case, omar: User, at: datetime) -> Case:
    accept(case, by=omar, at=at, days=5)
    close(case, by=omar, at=at, outcome="solved", found=FOUND, done=DONE)
    return case


def test_a_problem_that_came_back_is_linked_to_its_newest_closing(
    file_case: FileCase, irbid: Governorate, karim: Citizen, omar: User, conduct: Topic, now: datetime, settings: object
) -> None:
    settings.CAME_BACK_WEEKS = 8
    here = {"governorate": irbid, "area": "حي الروضة"}
    old = answered(file_case(**here), omar, now)
    newest = answered(file_case(**here, subject="انقطاع آخر"), omar, now + timedelta(hours=1))
    later = now + timedelta(weeks=8)
    again = file_case(at=later, citizen=karim, governorate=irbid, area="حيّ الرّوضه")
    found = again.recurrence
    assert (found.earlier, found.closing.action, found.noticed_at) == (newest, "close", later)
    for said in (
        {"at": later, **here, "area": "حي آخر"},
        {"at": later, **here, "area": ""},
        {"at": later, **here, "topic": conduct},
        {"at": later, "governorate": None, "area": "حي الروضة"},
        {"at": later + timedelta(hours=2), **here},
    ):
        assert not hasattr(file_case(citizen=karim, **said), "recurrence"), said
    assert (old.recurrences.count(), Recurrence.objects.count()) == (0, 1)


def test_neither_the_withdrawn_nor_the_open_nor_one_problem_twice_comes_back(
    file_case: FileCase, irbid: Governorate, amina: Citizen, karim: Citizen, omar: User, now: datetime
) -> None:
    here = {"governorate": irbid, "area": "حي الروضة"}
    withdraw(file_case(**here), by=amina.user, at=now)
    lead = file_case(**here, subject="انقطاع")
    duplicate = file_case(**here, citizen=karim)
    assert Recurrence.objects.count() == 0
    answered(lead, omar, now)
    again = file_case(at=now + timedelta(days=3), citizen=karim, **here)
    assert came_back_after(again, omar, at=now).earlier == lead
    link(again, by=omar, at=now + timedelta(days=3), lead=duplicate, kind=LinkKind.SAME_PROBLEM)
    assert came_back_after(again, omar, at=now).earlier == lead
    assert came_back_after(duplicate, omar, at=now) is None
