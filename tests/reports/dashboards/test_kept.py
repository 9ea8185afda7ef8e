"""The kept lists: what each holds, that the newest stays, and that a page reads them in one statement."""

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import Citizen, Membership, User
from agencies.models import Agency, Topic
from complaints.actions import accept, close, file
from complaints.actions.filing import Filing
from complaints.models import Case
from notifications import addresses
from notifications.models import Channel, Message, MessageState, Verdict
from reports.dashboards import kept
from reports.models import KeptList, KeptListName, PhenomenonCase
from reports.phenomena.actions import Description, dismiss, record_by_hand
from tests.cast import make_agency
from tests.complaints import DONE, FOUND

pytestmark = pytest.mark.django_db


@pytest.fixture
def late_case(amina: Citizen, water: Agency, leak: Topic, omar: User, now: datetime) -> Case:
    """A complaint whose agency has not said for a month whether it is responsible."""
    filing = Filing(citizen=amina, kind="complaint", agency=water, topic=leak, subject="تسرب", details="منذ أسبوع")
    return file(filing, by=amina.user, at=now - timedelta(days=30))


def content(name: KeptListName, at: datetime):
    kept.make(name, at=at)
    return KeptList.objects.get(name=name).content


def test_all_lists_are_made_and_read_in_one_statement(
    late_case: Case, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    assert kept.make_all(at=now) == len(kept.MAKERS)
    with django_assert_num_queries(1):
        found = kept.kept(list(KeptListName))
    assert found.keys() == kept.MAKERS.keys()
    assert {held.made_at for held in found.values()} == {now}


def test_the_newest_list_stays(db: None, now: datetime) -> None:
    name = KeptListName.MISSED
    assert [kept.make(name, at=now + timedelta(minutes=minutes)) for minutes in (0, 5, 5, 1)] == [
        True,
        True,
        False,
        False,
    ]
    assert KeptList.objects.get().made_at == now + timedelta(minutes=5)


def test_a_rise_says_which_place_its_cases_name_and_how_many_are_closed(
    amina: Citizen, water: Agency, leak: Topic, omar: User, now: datetime
) -> None:
    filed: list[Case] = []
    for number in range(9):
        area = "  الجبيهة" if number < 5 else f"حي {number}"
        filing = Filing(
            citizen=amina, kind="complaint", agency=water, topic=leak, area=area, subject="تسرب", details="منذ أسبوع"
        )
        filed.append(file(filing, by=amina.user, at=now - timedelta(minutes=number)))
    case = filed[-1]
    accept(case, by=omar, at=now, days=3)
    close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    (row,) = content(KeptListName.RISES, now)
    facts = {"area": "الجبيهة", "named": 5, "joined": 0, "closed": 1, "phenomenon": 0, "phenomenon_name": ""}
    assert row["facts"] == facts
    said = Description("تسرب في الحي", "", "", leak, None, water)
    shown, dismissed = (record_by_hand(said, by=omar, at=now) for _ in range(2))
    for phenomenon, number in ((shown, 5), (dismissed, 9)):
        for one in filed[:number]:
            PhenomenonCase.objects.create(phenomenon=phenomenon, case=one, joined_at=now)
    dismiss(dismissed.pk, reason="لا ظاهرة", version=dismissed.version, by=omar, at=now)
    (row,) = content(KeptListName.RISES, now + timedelta(minutes=5))
    assert row["facts"] == facts | {"phenomenon": shown.pk, "phenomenon_name": "تسرب في الحي"}


def test_missed_deadlines_by_what_was_to_be_done_and_by_level(late_case: Case, nadia: User, now: datetime) -> None:
    from complaints.escalation import ladder

    ladder.sweep(at=now)
    found = content(KeptListName.MISSED, now)
    assert [(row["kind"], row["number"]) for row in found["clocks"]] == [("decide_competence", 1)]
    assert sum(found["levels"].values()) == 1
    assert content(KeptListName.MISSED, now + timedelta(minutes=1))["clocks"][0]["oldest"].startswith("2025-12-")


def test_the_directory_names_what_keeps_people_from_being_met(
    water: Agency, gam: Agency, omar: User, nadia: User, yusuf: User, now: datetime
) -> None:
    clinic = make_agency("clinic", "عيادة", "Clinic")
    Membership.objects.filter(user=yusuf).update(ends_on=now.date() - timedelta(days=1))
    User.objects.filter(pk=omar.pk).update(created_at=now - timedelta(days=200), last_login=now - timedelta(days=31))
    for person in (omar, nadia):
        Message.objects.create(
            occasion="x",
            template="x",
            channel=Channel.SMS,
            recipient=f"user:{person.pk}",
            language="ar",
            address=person.phone,
            subject="",
            body="x",
            state=MessageState.DELIVERED,
            created_at=now,
        )
    addresses.record(Channel.SMS, nadia.phone, Verdict.DEAD)
    found = content(KeptListName.DIRECTORY, now)
    assert sorted(found["without_officer"]) == sorted([gam.pk, clinic.pk])
    assert (found["phone_not_proven"], found["not_signed_in"]) == ([str(nadia.pk)], [str(omar.pk)])


def test_messages_in_trouble_by_what_happens_next(late_case: Case, now: datetime) -> None:
    messages = list(Message.objects.order_by("pk")[:2])
    Message.objects.update(created_at=now)
    Message.objects.filter(pk=messages[0].pk).update(state=MessageState.UNDELIVERABLE)
    Message.objects.filter(pk=messages[1].pk).update(tries=1, next_try_at=now + timedelta(minutes=3))
    found = {row["name"]: (row["number"], row["next_at"]) for row in content(KeptListName.MESSAGES, now)}
    assert (found["failed"], found["tried"][0]) == ((1, None), 1)
    assert "unknown" not in found
