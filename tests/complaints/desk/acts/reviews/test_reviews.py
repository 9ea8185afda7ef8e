"""A later date: how far it reaches, granted or refused; and a proposed answer sent back with its reason."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.models import User
from agencies.models import Holiday, Topic, current_calendar
from complaints.actions import accept, ask, close, extend, propose_extension, refuse_extension, reply, send_back, sign
from complaints.actions.decisions import NothingProposed
from complaints.clocks.extensions import AlreadyProposed, ExtensionPast, ExtensionTooLate
from complaints.desk.case_actions import proposed_date
from complaints.engine.transition import NotEntitled
from complaints.models import AnswerState, Case, ExtensionState, Note
from complaints.permissions.case_permissions import case_permissions
from complaints.staff.frame import load_case
from notifications.models import Message
from tests.complaints import DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.pages import Clock, Desk, address, sent
from tests.prepared_rows import prepared

AMMAN = ZoneInfo("Asia/Amman")
WHY = "القطعة في طريقها من المصنع."
NO = "وصلت القطعة أمس، فأنجزوا العمل في موعده."


def told(template: str) -> set[str]:
    return set(Message.objects.filter(template=template).values_list("recipient", flat=True))


# ---- how far a date can be moved ----


def test_it_doubles_the_topics_limit_from_filing_at_most(accepted: Case, omar: User, now: datetime) -> None:
    # Seven working days from Sunday the 4th of January; twice that ends on Thursday the 22nd.
    with pytest.raises(ExtensionTooLate) as refused:
        propose_extension(accepted, by=omar, at=now, days=10, reason=WHY)
    assert refused.value.latest == date(2026, 1, 22)
    assert propose_extension(accepted, by=omar, at=now, days=9, reason=WHY).new_on == date(2026, 1, 22)


def test_time_in_which_the_citizen_was_asked_does_not_count(accepted: Case, omar: User, amina, now: datetime) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    later = now + timedelta(days=21)
    reply(accepted, by=amina.user, at=later, text="12345")
    promised = accepted.promised_on
    assert promised > date(2026, 1, 22)
    assert propose_extension(accepted, by=omar, at=later, days=7, reason=WHY).new_on > promised


def test_a_date_that_is_over_is_no_later_date(accepted: Case, omar: User, now: datetime) -> None:
    with pytest.raises(ExtensionPast):
        propose_extension(accepted, by=omar, at=now + timedelta(days=10), days=2, reason=WHY)


def test_it_never_falls_on_a_holiday(accepted: Case, omar: User, now: datetime) -> None:
    Holiday.objects.create(on=date(2026, 1, 12), name_ar="عطلة", name_en="Holiday")
    assert propose_extension(accepted, by=omar, at=now, days=1, reason=WHY).new_on == date(2026, 1, 13)


def test_one_waits_at_a_time(accepted: Case, omar: User, now: datetime) -> None:
    propose_extension(accepted, by=omar, at=now, days=1, reason=WHY)
    with pytest.raises(AlreadyProposed):
        propose_extension(accepted, by=omar, at=now, days=1, reason=WHY)


def test_what_was_proposed_counts_from_the_date_promised_when_it_is_granted(
    accepted: Case, omar: User, nadia: User, amina, now: datetime
) -> None:
    propose_extension(accepted, by=omar, at=now, days=1, reason=WHY)
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    later = now + timedelta(days=2)
    reply(accepted, by=amina.user, at=later, text="12345")
    extension = extend(accepted, by=nadia, at=later)
    accepted.refresh_from_db()
    assert extension.new_on == accepted.promised_on == accepted.deadline_at.astimezone(AMMAN).date()
    assert accepted.events.last().facts["new_on"] == accepted.promised_on.isoformat()


def test_one_that_is_over_when_it_is_decided_cannot_be_granted(
    accepted: Case, omar: User, nadia: User, now: datetime
) -> None:
    propose_extension(accepted, by=omar, at=now, days=1, reason=WHY)
    with pytest.raises(ExtensionPast):
        extend(accepted, by=nadia, at=now + timedelta(days=20))
    accepted.refresh_from_db()
    assert (accepted.promised_on, accepted.extensions.get().state) == (date(2026, 1, 11), ExtensionState.PROPOSED)


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"days": "2"}, {"reason": ["Enter: Reason"]}),
        ({"days": "2", "reason": "لا"}, {"reason": ["Write at least 10 characters; you have written 2"]}),
        ({"days": "0", "reason": WHY}, {"days": ["Enter a whole number from 1 to 30"]}),
        ({"days": "-3", "reason": WHY}, {"days": ["Enter a whole number from 1 to 30"]}),
        ({"days": "31", "reason": WHY}, {"days": ["Enter a whole number from 1 to 30"]}),
        (
            {"days": "10", "reason": WHY},
            {"days": ["The latest possible date is 22/1/2026. Enter at most 9 working days"]},
        ),
    ],
)
def test_each_mistake_stands_beside_its_field(
    desk: Desk, accepted: Case, omar: User, typed: dict[str, str], errors: dict[str, list[str]]
) -> None:
    page = desk(omar).post(address("desk-extend", accepted), sent(accepted, **typed))
    assert (page.context["form"].errors, accepted.extensions.count()) == (errors, 0)


def test_a_day_that_is_over_is_named(desk: Desk, accepted: Case, omar: User, clock: Clock) -> None:
    clock.pass_(days=10)
    page = desk(omar).post(address("desk-extend", accepted), sent(accepted, days="2", reason=WHY))
    assert page.context["form"].errors == {
        "days": ["That ends on 13/1/2026, which is in the past. Enter more working days"]
    }


def test_a_date_that_can_be_moved_no_further_says_so(
    desk: Desk, accepted: Case, omar: User, nadia: User, now: datetime
) -> None:
    propose_extension(accepted, by=omar, at=now, days=9, reason=WHY)
    extend(accepted, by=nadia, at=now)
    page = desk(omar).get(address("desk-extend", accepted), follow=True)
    assert "The date of this case cannot be moved any further." in page.content.decode()


def test_the_page_of_a_date_that_is_over_offers_only_the_refusal(
    desk: Desk, accepted: Case, omar: User, nadia: User, now: datetime, clock: Clock
) -> None:
    propose_extension(accepted, by=omar, at=now, days=1, reason=WHY)
    clock.pass_(days=20)
    page = desk(nadia).post(address("desk-grant", accepted), sent(accepted))
    assert "You can no longer grant this date" in page.content.decode()
    accepted.refresh_from_db()
    assert accepted.promised_on == date(2026, 1, 11)


def test_the_page_of_the_case_says_which_date_it_asks_about(
    desk: Desk, accepted: Case, omar: User, nadia: User, amina, now: datetime, clock: Clock
) -> None:
    def said_to(reader: User, begins: str = "A later date is waiting for your decision") -> str:
        page = desk(reader).get(address("desk-case", accepted)).content.decode()
        said = re.split("Go to the decision|</section>", page.partition(begins)[2])[0]
        return " ".join(re.sub("<[^>]+>", "", said).split())

    propose_extension(accepted, by=omar, at=now, days=2, reason=WHY)
    dates = "The answer was promised by 11 January 2026. The proposed date is 13 January 2026: 2 working days later."
    assert (said_to(nadia), said_to(omar)) == (dates, "")
    # Whoever proposed it reads what was asked for, and who decides.
    mine = "Later date, not granted yet"
    assert (said_to(omar, mine), said_to(nadia, mine)) == (f"{dates} Waiting for the supervisor's decision.", "")
    Holiday.objects.create(on=date(2026, 1, 12), name_ar="عطلة", name_en="Holiday")
    assert said_to(nadia) == dates.replace("13 January", "14 January")
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    assert "You can grant the later date then." in said_to(nadia)
    assert "both dates move until the reply. Waiting for" in said_to(omar, mine)
    reply(accepted, by=amina.user, at=now, text="12345")
    clock.pass_(days=20)
    assert said_to(nadia).startswith("The answer was promised by 11 January 2026. You can no longer grant this date")
    assert "The proposed date can no longer be granted" in said_to(omar, mine)


def test_a_date_that_was_decided_while_the_page_is_made_waits_no_more(
    accepted: Case, omar: User, nadia: User, now: datetime
) -> None:
    propose_extension(accepted, by=omar, at=now, days=2, reason=WHY)
    read = case_permissions(load_case(nadia, accepted.reference, at=now), nadia, at=now)
    assert proposed_date(read, calendar=current_calendar()) is not None
    extend(accepted, by=nadia, at=now)
    assert proposed_date(read, calendar=current_calendar()) is None


@pytest.mark.parametrize("first", ["proposed", "closed"])
def test_whoever_proposes_second_reads_what_was_done_and_keeps_the_words(
    desk: Desk, accepted: Case, omar: User, nadia: User, now: datetime, first: str
) -> None:
    typed = sent(accepted, days="2", reason=WHY)
    if first == "proposed":
        propose_extension(accepted, by=nadia, at=now, days=1, reason=NO)
    else:
        close(accepted, by=nadia, at=now, outcome="solved", found=FOUND, done=DONE)
    page = desk(omar).post(address("desk-extend", accepted), typed)
    assert (page.status_code, page.context["previous_change"].by, page.context["typed_texts"]) == (
        409,
        "Nadia Shara",
        [("Reason", WHY)],
    )


# ---- refusing it ----


@pytest.fixture
@prepared
def proposed(accepted: Case, omar: User, now: datetime) -> Case:
    propose_extension(accepted, by=omar, at=now, days=3, reason=WHY)
    return accepted


def test_refusing_keeps_the_date_and_tells_the_officers_why(
    proposed: Case, omar: User, nadia: User, now: datetime
) -> None:
    before = proposed.deadline_at
    refuse_extension(proposed, by=nadia, at=now, reason=NO)
    proposed.refresh_from_db()
    event = proposed.events.last()
    assert (proposed.deadline_at, proposed.promised_on, proposed.state) == (before, date(2026, 1, 11), "in_progress")
    assert (event.action, event.actor, event.from_state, event.to_state) == (
        "refuse_extension",
        nadia,
        "in_progress",
        "in_progress",
    )
    assert (proposed.extensions.get().state, Note.objects.get().text) == (ExtensionState.DROPPED, NO)
    assert told("officer_date_refused") == {f"user:{omar.pk}"}
    assert Message.objects.filter(template="case_new_date").count() == 0
    propose_extension(proposed, by=omar, at=now, days=2, reason=WHY)


def test_the_first_is_the_supervisors_to_refuse_the_second_the_units(
    proposed: Case, omar: User, nadia: User, lina: User, yusuf: User, now: datetime
) -> None:
    for somebody in (omar, yusuf, lina):
        with pytest.raises(NotEntitled):
            refuse_extension(proposed, by=somebody, at=now, reason=NO)
    extend(proposed, by=nadia, at=now)
    propose_extension(proposed, by=omar, at=now, days=1, reason=WHY)
    with pytest.raises(NotEntitled):
        refuse_extension(proposed, by=nadia, at=now, reason=NO)
    refuse_extension(proposed, by=lina, at=now, reason=NO)
    with pytest.raises(NothingProposed):
        refuse_extension(proposed, by=lina, at=now, reason=NO)


def test_it_can_be_refused_while_the_citizen_is_asked(proposed: Case, omar: User, nadia: User, now: datetime) -> None:
    ask(proposed, by=omar, at=now, text="ما رقم العداد؟")
    refuse_extension(proposed, by=nadia, at=now, reason=NO)
    assert (proposed.state, proposed.extensions.get().state) == ("waiting", ExtensionState.DROPPED)


def test_the_supervisor_refuses_on_a_page(desk: Desk, proposed: Case, nadia: User) -> None:
    page = desk(nadia).get(address("desk-grant", proposed)).content.decode()
    assert address("desk-refuse-extension", proposed) in page
    empty = desk(nadia).post(address("desk-refuse-extension", proposed), sent(proposed))
    assert empty.context["form"].errors == {"reason": ["Enter: Reason"]}
    answer = desk(nadia).post(address("desk-refuse-extension", proposed), sent(proposed, reason=NO))
    assert (answer.status_code, proposed.extensions.get().state) == (302, ExtensionState.DROPPED)
    assert NO in desk(nadia).get(address("desk-case", proposed)).content.decode()


def test_others_find_no_such_page(desk: Desk, proposed: Case, omar: User, nadia: User, yusuf: User, lina: User) -> None:
    url = address("desk-refuse-extension", proposed)
    assert [desk(one).get(url).status_code for one in (omar, yusuf, lina)] == [404, 404, 404]


def test_a_stale_page_refuses_nothing_and_keeps_the_words(
    desk: Desk, proposed: Case, nadia: User, now: datetime
) -> None:
    typed = sent(proposed, reason=NO)
    extend(proposed, by=nadia, at=now)
    page = desk(nadia).post(address("desk-refuse-extension", proposed), typed)
    assert (page.status_code, page.context["previous_change"].action, page.context["typed_texts"]) == (
        409,
        "Later date granted",
        [("Reason", NO)],
    )
    assert proposed.extensions.get().state == ExtensionState.GRANTED


def test_where_nothing_waits_the_page_says_so(desk: Desk, accepted: Case, nadia: User) -> None:
    page = desk(nadia).get(address("desk-refuse-extension", accepted), follow=True)
    assert "No later date is waiting for a decision." in page.content.decode()


# ---- sending an answer back ----


@pytest.fixture
@prepared
def unsigned(file_case: FileCase, conduct: Topic, omar: User, nadia: User, now: datetime) -> Case:
    """An answer of omar's that waits for the supervisor's signature."""
    case = file_case(topic=conduct)
    accept(case, by=omar, at=now, days=3)
    close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    return case


def test_sending_back_leaves_the_case_open_and_tells_the_officers_why(
    unsigned: Case, omar: User, nadia: User, now: datetime
) -> None:
    send_back(unsigned, by=nadia, at=now, reason=NO)
    event = unsigned.events.last()
    assert (unsigned.state, unsigned.answers.get().state) == ("in_progress", AnswerState.TAKEN_BACK)
    assert (event.action, event.actor, Note.objects.get().text) == ("send_back", nadia, NO)
    assert told("officer_sent_back") == {f"user:{omar.pk}"}
    with pytest.raises(NothingProposed):
        sign(unsigned, by=nadia, at=now)
    with pytest.raises(NothingProposed):
        send_back(unsigned, by=nadia, at=now, reason=NO)


def test_only_a_supervisor_who_did_not_write_it_sends_it_back(
    unsigned: Case, omar: User, nadia: User, lina: User, yusuf: User, now: datetime
) -> None:
    for somebody in (omar, lina, yusuf):
        with pytest.raises(NotEntitled):
            send_back(unsigned, by=somebody, at=now, reason=NO)
    close(unsigned, by=nadia, at=now, outcome="partly", found=FOUND, done=DONE)
    with pytest.raises(NotEntitled):
        send_back(unsigned, by=nadia, at=now, reason=NO)


def test_the_supervisor_sends_it_back_on_a_page(desk: Desk, unsigned: Case, nadia: User, omar: User) -> None:
    assert address("desk-send-back", unsigned) in desk(nadia).get(address("desk-sign", unsigned)).content.decode()
    empty = desk(nadia).post(address("desk-send-back", unsigned), sent(unsigned))
    assert empty.context["form"].errors == {"reason": ["Enter: Reason"]}
    answer = desk(nadia).post(address("desk-send-back", unsigned), sent(unsigned, reason=NO))
    assert (answer.status_code, unsigned.answers.get().state) == (302, AnswerState.TAKEN_BACK)
    page = desk(omar).get(address("desk-case", unsigned)).content.decode()
    assert [words in page for words in (NO, "Proposed answer sent back")] == [True, True]


def test_nobody_else_finds_the_page(desk: Desk, unsigned: Case, omar: User, yusuf: User, lina: User) -> None:
    url = address("desk-send-back", unsigned)
    assert [desk(one).get(url).status_code for one in (omar, yusuf, lina)] == [404, 404, 404]


def test_whoever_is_second_is_told(desk: Desk, unsigned: Case, nadia: User, now: datetime) -> None:
    typed = sent(unsigned, reason=NO)
    sign(unsigned, by=nadia, at=now)
    page = desk(nadia).post(address("desk-send-back", unsigned), typed)
    unsigned.refresh_from_db()
    assert (page.status_code, unsigned.state, page.context["typed_texts"]) == (409, "closed", [("Reason", NO)])


def test_the_old_date_stays_on_the_citizens_page(desk: Desk, proposed: Case, nadia: User, amina, now: datetime) -> None:
    extend(proposed, by=nadia, at=now)
    promise = desk(amina).get(f"/en/cases/{proposed.reference}/").context["promise"]
    assert (promise.first_on, promise.on) == (date(2026, 1, 11), date(2026, 1, 14))
