"""Lateness is said in the same words everywhere, and what a citizen may ask for while an agency is late."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import TimeMachineFixture

from accounts.models import Citizen, User
from agencies.calendar import AMMAN
from complaints import actions
from complaints.actions.decisions import RemindedToday
from complaints.case_text.deadline import has_moved, late_cases, lateness
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.escalation import ladder
from complaints.models import Case
from notifications.models import Message
from tests.cast import sign_in
from tests.complaints.cases import FileCase

# Filed on Sunday the 4th of January and promised for Sunday the 11th at 15:30.
LATE = datetime(2026, 1, 14, 10, tzinfo=AMMAN)


@pytest.mark.usefixtures("english")
def test_it_says_how_long_who_has_it_since_when_and_what_comes_next(accepted: Case, nadia: User) -> None:
    assert lateness(accepted, at=LATE.replace(day=11, hour=9)) is None
    same_day = lateness(accepted, at=LATE.replace(day=11, hour=16))
    assert same_day is not None
    assert same_day.label == "Late since 11/1/2026"
    assert same_day.next.startswith("Next step on 11/1/2026: we report the delay to the next level of management")
    ladder.sweep(at=LATE.replace(day=11, hour=16))
    said = lateness(accepted, at=LATE.replace(day=12, hour=9))
    assert said is not None
    assert (said.label, said.told) == ("Late by 1 working day", "The delay was reported to: the supervisor.")
    assert said.next.startswith("Next step on 12/1/2026:")
    # The other levels are vacant here, so that nobody is left after them.
    ladder.sweep(at=LATE)
    last = lateness(accepted, at=LATE)
    assert last is not None
    assert last.next == "Everyone who must be told of the delay has been told."


def test_a_list_costs_four_statements_however_many_are_late(
    accepted: Case, file_case: FileCase, django_assert_num_queries
) -> None:
    cases = [accepted, *(file_case() for _ in range(2))]
    with django_assert_num_queries(0):
        assert late_cases(cases, at=accepted.filed_at) == {}
    for some in (cases[:1], cases):
        with django_assert_num_queries(4):
            assert len(late_cases(some, at=LATE)) == len(some)


@pytest.mark.usefixtures("nadia")
def test_list_home_page_tracking_and_message_say_the_same(
    amina: Citizen, accepted: Case, time_machine: TimeMachineFixture
) -> None:
    ladder.sweep(at=LATE.replace(day=11, hour=16))
    message = Message.objects.get(template="case_late")
    time_machine.move_to(LATE.replace(day=11, hour=16, minute=10), tick=False)
    client, end = sign_in(Client(), amina), amina.phone[-4:]
    addresses = ("/ar/", "/ar/cases/", f"/ar/cases/{accepted.reference}/")
    pages = [client.get(address).content.decode() for address in addresses]
    tracked = Client().post("/ar/track/", {"ref": accepted.reference, "phone_end": end}).content.decode()
    words = lateness(accepted, at=LATE.replace(day=11, hour=16, minute=10))
    assert words is not None
    for shown in pages:
        assert [part in shown for part in (words.label, words.holder, words.told, words.next)] == [True] * 4
    # Tracking tells whoever knows the number and the end of a phone the status, and no agency.
    assert [part in tracked for part in (words.label, words.holder, words.told, words.next)] == [
        True,
        False,
        True,
        True,
    ]
    assert (message.channel, accepted.reference in message.body) == ("sms", True)


def test_a_late_agency_is_reminded_once_a_working_day(accepted: Case, amina: Citizen, omar: User) -> None:
    def told() -> list[str]:
        return list(Message.objects.filter(template="officer_citizen_reminds").values_list("recipient", flat=True))

    with pytest.raises(TransitionNotAllowed):
        actions.remind_agency(accepted, by=amina.user, at=accepted.filed_at + timedelta(hours=1))
    with pytest.raises(NotEntitled):
        actions.remind_agency(accepted, by=omar, at=LATE)
    thursday = LATE.replace(day=15)
    actions.remind_agency(accepted, by=amina.user, at=thursday)
    for later in (timedelta(hours=3), timedelta(days=1), timedelta(days=2)):
        with pytest.raises(RemindedToday):
            actions.remind_agency(accepted, by=amina.user, at=thursday + later)
    assert told() == [f"user:{omar.pk}"]
    actions.remind_agency(accepted, by=amina.user, at=thursday + timedelta(days=3))
    assert told() == [f"user:{omar.pk}"] * 2
    assert accepted.events.filter(action="remind_agency").count() == 2
    # An officer who is writing meanwhile need not begin again.
    assert not has_moved(accepted, since=2)


def test_the_unit_is_asked_after_the_last_level_and_until_the_case_moves(
    as_amina: Client, accepted: Case, amina: Citizen, omar: User, lina: User, time_machine: TimeMachineFixture
) -> None:
    with pytest.raises(TransitionNotAllowed):
        actions.ask_unit(accepted, by=amina.user, at=LATE)
    ladder.sweep(at=LATE)
    time_machine.move_to(LATE, tick=False)
    ask, page = (reverse(name, kwargs={"ref": accepted.reference}) for name in ("case-ask-unit", "case"))
    assert ask in as_amina.get(page).content.decode()
    assert as_amina.post(ask).url == page
    shown = as_amina.get(page).content.decode()
    assert ("طلبتم تدخل" in shown, ask in shown) == (True, False)
    queue = sign_in(Client(), lina).get("/en/staff/queue/", {"view": "asked"})
    assert [row.case.pk for row in queue.context["rows"]] == [accepted.pk]
    assert Message.objects.filter(template="cmu_asked", recipient=f"user:{lina.pk}").count() == 1
    assert "asked" not in sign_in(Client(), omar).get("/en/staff/queue/").context["tabs"]
    # A second press says that it is done.
    assert as_amina.post(ask, follow=True).status_code == 200
    actions.ask(accepted, by=omar, at=LATE, text="هل عادت المياه إلى الطابق الأرضي؟")
    assert accepted.unit_asked_at is None
