"""Every action of the table, followed through event, holding, clock and message."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Citizen, User
from agencies.models import Agency, Directorate, Topic, current_calendar
from complaints.actions import (
    accept,
    add,
    amend,
    archive,
    ask,
    close,
    correct,
    decline,
    dismiss,
    extend,
    lapse,
    object_to,
    propose_extension,
    refer,
    reply,
    return_case,
    sign,
    uphold,
    withdraw,
)
from complaints.actions.answer_quality import Fault, WeakAnswer
from complaints.actions.answers import HollowAnswer, OutcomeNotAllowed
from complaints.actions.decisions import NothingProposed, OwnAgencyProposed, PromiseTooLate
from complaints.actions.filing import MOST_FILED_A_DAY, MOST_SAID_A_DAY, TooManyToday, file_draft
from complaints.actions.triage import AlreadyThere, NoActiveOfficer
from complaints.engine.history_chain import first_forged
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import AnswerState, Case, Channel, Clock, Draft
from notifications.models import Message, MessageState
from tests.complaints import DETAILS, DONE, FOUND, SUBJECT
from tests.complaints.cases import FileCase

AMMAN = ZoneInfo("Asia/Amman")
SECOND_CLOSING = datetime(2026, 1, 6, 15, 30, tzinfo=AMMAN)  # two working days after Sunday the 4th
FIFTH_CLOSING = datetime(2026, 1, 11, 15, 30, tzinfo=AMMAN)


@dataclass(frozen=True)
class Traces:
    """What an action left behind."""

    event: tuple[int, str, str, str]
    held_by: str | None
    clock: tuple[str, datetime] | None
    told: set[tuple[str, str, str]]


def traces(case: Case) -> Traces:
    """Return the newest event, the open holding, the running clock and the messages of the newest event."""
    case.refresh_from_db()
    event = case.events.latest("number")
    holding = case.holdings.filter(ended_at=None).first()
    clock = case.clocks.filter(ended_at=None, paused_at=None).first()
    messages = Message.objects.filter(occasion=f"case:{case.pk}:{event.number}")
    return Traces(
        event=(event.number, event.action, event.from_state, event.to_state),
        held_by=(holding.holder if holding else None),
        clock=((clock.kind, clock.due_at) if clock else None),
        told={(m.template, m.channel, m.recipient.split(":")[0]) for m in messages},
    )


OFFICER_BOTH_WAYS = {("email", "user"), ("sms", "user")}


def officers(template: str) -> set[tuple[str, str, str]]:
    return {(template, channel, who) for channel, who in OFFICER_BOTH_WAYS}


def assert_whole(case: Case) -> None:
    """Holdings tile each open stretch, the chain holds, the running clock is the deadline."""
    events = list(case.events.order_by("number"))
    assert first_forged(events) is None
    assert [event.number for event in events] == list(range(1, case.version + 1))
    assert bytes(case.chain) == bytes(events[-1].chain)
    spans = list(case.holdings.order_by("started_at", "id"))
    for one, following in pairwise(spans):
        assert one.ended_at is not None
        assert one.ended_at == following.started_at or following.started_at in _reopenings(events)
    assert (spans[-1].ended_at is None) == (case.state != "closed")
    running = case.clocks.filter(ended_at=None, paused_at=None).first()
    assert case.deadline_at == (running.due_at if running and case.state != "closed" else None)


def _reopenings(events: list) -> set[datetime]:
    return {event.at for event in events if event.from_state == "closed" and event.to_state != "closed"}


def test_filing_refers_to_the_chosen_agency(referred: Case) -> None:
    assert traces(referred) == Traces(
        event=(1, "file", "", "referred"),
        held_by="agency",
        clock=("decide_competence", SECOND_CLOSING),
        told={("case_received", "sms", "citizen"), *officers("officer_new_case")},
    )
    assert referred.reference.startswith("26")
    assert_whole(referred)


def test_filing_without_an_agency_waits_in_triage(triaged: Case) -> None:
    assert traces(triaged) == Traces(
        event=(1, "file", "", "triage"),
        held_by="cmu",
        clock=("find_owner", datetime(2026, 1, 5, 15, 30, tzinfo=AMMAN)),
        told={("case_received_triage", "sms", "citizen"), ("cmu_triage", "email", "user")},
    )
    assert_whole(triaged)


def test_an_agency_without_an_active_officer_sends_to_triage(file_case: FileCase, gam: Agency) -> None:
    case = file_case(agency=gam)
    assert (case.state, case.agency) == ("triage", None)
    assert case.events.get().facts["chosen_agency"] == gam.pk


def test_a_topic_withheld_from_the_agency_goes_to_triage(file_case: FileCase, outage: Topic) -> None:
    outage.withheld_from_agency = outage.hides_identity = True
    outage.save(update_fields=["withheld_from_agency", "hides_identity"])
    assert file_case().state == "triage"


def test_an_agent_files_for_a_caller(file_case: FileCase, sami: User) -> None:
    case = file_case(by=sami, channel=Channel.PHONE)
    assert case.entered_by == sami
    assert ("case_filed_by_phone", "sms", "citizen") in traces(case).told


def test_nobody_else_files_for_a_citizen(file_case: FileCase, karim: Citizen, omar: User) -> None:
    for stranger in (karim.user, omar):
        with pytest.raises(NotEntitled):
            file_case(by=stranger)
    assert Case.objects.count() == 0


def test_accepting_promises_a_date(referred: Case, omar: User, water: Agency, now: datetime) -> None:
    directorate = Directorate.objects.filter(agency=water).first()
    accept(referred, by=omar, at=now, days=5, directorate=directorate)
    assert traces(referred) == Traces(
        event=(2, "accept", "referred", "in_progress"),
        held_by="agency",
        clock=("answer", FIFTH_CLOSING),
        told={("case_accepted", "sms", "citizen")},
    )
    assert referred.promised_on == date(2026, 1, 11)
    assert (referred.officer, referred.directorate) == (omar, directorate)
    assert referred.clocks.get(kind="decide_competence").ending == "met"
    assert_whole(referred)


def test_a_promise_beyond_the_topics_limit_is_refused(referred: Case, omar: User, now: datetime) -> None:
    with pytest.raises(PromiseTooLate) as refused:
        accept(referred, by=omar, at=now, days=8)
    assert refused.value.latest == date(2026, 1, 13)
    assert traces(referred).event == (1, "file", "", "referred")


def test_the_limit_counts_from_filing(referred: Case, omar: User, now: datetime) -> None:
    with pytest.raises(PromiseTooLate) as refused:
        accept(referred, by=omar, at=now + timedelta(days=2), days=6)
    assert refused.value.latest == date(2026, 1, 13)


def test_a_case_past_its_limit_still_gets_one_working_day(referred: Case, omar: User, now: datetime) -> None:
    later = now + timedelta(days=21)
    accept(referred, by=omar, at=later, days=1)
    assert referred.promised_on == date(2026, 1, 26)


@pytest.mark.parametrize("person", ["yusuf", "lina", "sami", "amina"])
def test_only_the_agencys_desk_accepts(
    referred: Case, person: str, request: pytest.FixtureRequest, now: datetime
) -> None:
    somebody = request.getfixturevalue(person)
    with pytest.raises(NotEntitled):
        accept(referred, by=getattr(somebody, "user", somebody), at=now, days=2)
    assert traces(referred).event[1] == "file"


def test_an_officer_does_not_handle_a_case_of_the_own_person(
    referred: Case, omar: User, amina: Citizen, now: datetime
) -> None:
    omar.person = amina
    omar.save()
    with pytest.raises(NotEntitled):
        accept(referred, by=omar, at=now, days=2)


def test_declining_brings_the_case_to_triage(referred: Case, omar: User, gam: Agency, now: datetime) -> None:
    decline(referred, by=omar, at=now, reason="other_place", text="الشارع ضمن حدود الأمانة.", proposed_agency=gam)
    assert traces(referred) == Traces(
        event=(2, "decline", "referred", "triage"),
        held_by="cmu",
        clock=("find_owner", datetime(2026, 1, 5, 15, 30, tzinfo=AMMAN)),
        told={("case_triage", "sms", "citizen"), ("cmu_triage", "email", "user")},
    )
    assert (referred.agency, referred.bounces) == (None, 1)
    assert referred.refusals.get().proposed_agency == gam
    assert referred.events.latest("number").agency == omar.memberships.get().agency
    assert_whole(referred)


def test_an_agency_cannot_propose_itself(referred: Case, omar: User, water: Agency, now: datetime) -> None:
    with pytest.raises(OwnAgencyProposed):
        decline(referred, by=omar, at=now, reason="other_agency", text="ليس لنا", proposed_agency=water)
    assert traces(referred).event[1] == "file"


def test_returning_after_accepting_takes_the_promise_back(
    accepted: Case, omar: User, gam: Agency, now: datetime
) -> None:
    return_case(accepted, by=omar, at=now, reason="other_agency", text="تبين أنها للأمانة.", proposed_agency=gam)
    assert traces(accepted) == Traces(
        event=(3, "return", "in_progress", "triage"),
        held_by="cmu",
        clock=("find_owner", datetime(2026, 1, 5, 15, 30, tzinfo=AMMAN)),
        told={("case_triage", "sms", "citizen"), ("cmu_triage", "email", "user")},
    )
    assert (accepted.promised_on, accepted.limit_from) == (None, now)
    assert Message.objects.get(template="case_accepted").state == MessageState.CANCELLED
    assert_whole(accepted)


def test_the_cmu_refers_from_triage(triaged: Case, lina: User, gam: Agency, yusuf: User, now: datetime) -> None:
    refer(triaged, by=lina, at=now, agency=gam)
    assert traces(triaged) == Traces(
        event=(2, "refer", "triage", "referred"),
        held_by="agency",
        clock=("decide_competence", SECOND_CLOSING),
        told={("case_moved", "sms", "citizen"), *officers("officer_new_case")},
    )
    assert (triaged.agency, triaged.limit_from) == (gam, now)
    assert_whole(triaged)


def test_the_cmu_recalls_a_case_from_an_agency(
    accepted: Case, lina: User, gam: Agency, yusuf: User, now: datetime
) -> None:
    later = now + timedelta(hours=1)
    refer(accepted, by=lina, at=later, agency=gam, reason="حكم الوحدة", resets_limit=True)
    assert traces(accepted) == Traces(
        event=(3, "refer", "in_progress", "referred"),
        held_by="agency",
        clock=("decide_competence", SECOND_CLOSING),
        told={("case_moved", "sms", "citizen"), *officers("officer_new_case"), *officers("officer_recalled")},
    )
    assert accepted.limit_from == later
    assert accepted.clocks.get(kind="answer").ending == "stopped"
    assert_whole(accepted)


def test_resetting_the_limit_needs_a_reason(triaged: Case, lina: User, gam: Agency, yusuf: User, now: datetime) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        refer(triaged, by=lina, at=now, agency=gam, resets_limit=True)


def test_a_referral_needs_somebody_to_receive_it(triaged: Case, lina: User, gam: Agency, now: datetime) -> None:
    with pytest.raises(NoActiveOfficer):
        refer(triaged, by=lina, at=now, agency=gam)
    assert traces(triaged).event[1] == "file"


def test_a_case_is_not_referred_to_where_it_is(referred: Case, lina: User, water: Agency, now: datetime) -> None:
    with pytest.raises(AlreadyThere):
        refer(referred, by=lina, at=now, agency=water)


def test_a_question_stops_the_clock_and_a_reply_lets_it_go_on(
    accepted: Case, omar: User, amina: Citizen, now: datetime
) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    assert traces(accepted) == Traces(
        event=(3, "ask", "in_progress", "waiting"),
        held_by="citizen",
        clock=("citizen_reply", datetime(2026, 1, 18, 15, 30, tzinfo=AMMAN)),
        told={("case_question", "sms", "citizen")},
    )
    assert accepted.resumes_to == "in_progress"
    reply(accepted, by=amina.user, at=now + timedelta(days=1), text="رقم العداد 4471")
    assert traces(accepted) == Traces(
        event=(4, "reply", "waiting", "in_progress"),
        held_by="agency",
        clock=("answer", FIFTH_CLOSING + timedelta(days=1)),
        told=officers("officer_reply"),
    )
    assert accepted.promised_on == date(2026, 1, 12)
    assert accepted.questions.get().reply == "رقم العداد 4471"
    assert_whole(accepted)


def test_the_cmu_asks_in_triage_and_hears_the_reply(triaged: Case, lina: User, amina: Citizen, now: datetime) -> None:
    ask(triaged, by=lina, at=now, text="في أي شارع؟")
    reply(triaged, by=amina.user, at=now + timedelta(hours=1), text="شارع اليرموك")
    assert traces(triaged).event == (3, "reply", "waiting", "triage")
    assert traces(triaged).told == {("officer_reply", "email", "user")}
    assert_whole(triaged)


def test_the_cmu_does_not_ask_in_an_agencys_place(accepted: Case, lina: User, now: datetime) -> None:
    with pytest.raises(NotEntitled):
        ask(accepted, by=lina, at=now, text="؟")


def test_a_question_lapses_when_its_time_is_over(accepted: Case, omar: User, now: datetime) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    with pytest.raises(TransitionNotAllowed):
        lapse(accepted, at=now + timedelta(days=13))
    over = datetime(2026, 1, 18, 15, 31, tzinfo=AMMAN)
    lapse(accepted, at=over)
    assert traces(accepted).event == (4, "lapse", "waiting", "in_progress")
    assert traces(accepted).told == {("case_resumed", "sms", "citizen"), *officers("officer_lapsed")}
    assert accepted.clocks.get(kind="citizen_reply").ending == "missed"
    assert accepted.events.latest("number").actor is None
    assert_whole(accepted)


def test_the_first_extension_is_granted_by_the_supervisor(
    accepted: Case, omar: User, nadia: User, lina: User, now: datetime
) -> None:
    propose_extension(accepted, by=omar, at=now, days=3, reason="تأخر وصول القطعة")
    assert traces(accepted).event == (3, "propose_extension", "in_progress", "in_progress")
    with pytest.raises(NotEntitled):
        extend(accepted, by=lina, at=now)
    extend(accepted, by=nadia, at=now)
    assert traces(accepted) == Traces(
        event=(4, "extend", "in_progress", "in_progress"),
        held_by="agency",
        clock=("answer", datetime(2026, 1, 14, 15, 30, tzinfo=AMMAN)),
        told={("case_new_date", "sms", "citizen")},
    )
    assert accepted.promised_on == date(2026, 1, 14)
    assert accepted.clocks.get(kind="answer").first_due_at == FIFTH_CLOSING
    assert Message.objects.get(template="case_accepted").state == MessageState.CANCELLED


def test_the_second_extension_is_granted_by_the_cmu(
    accepted: Case, omar: User, nadia: User, lina: User, now: datetime
) -> None:
    for granter in (nadia, lina):
        propose_extension(accepted, by=omar, at=now, days=1, reason="تأخر وصول القطعة")
        if granter is lina:
            with pytest.raises(NotEntitled):
                extend(accepted, by=nadia, at=now)
        extend(accepted, by=granter, at=now)
    assert accepted.promised_on == date(2026, 1, 13)
    with pytest.raises(NothingProposed):
        extend(accepted, by=lina, at=now)


def test_closing_answers_the_citizen(accepted: Case, omar: User, now: datetime) -> None:
    later = now + timedelta(days=1)
    close(accepted, by=omar, at=later, outcome="solved", found=FOUND, done=DONE)
    assert traces(accepted) == Traces(
        event=(3, "close", "in_progress", "closed"),
        held_by=None,
        clock=("may_object", later + timedelta(days=14)),
        told={("case_answered", "sms", "citizen")},
    )
    assert (accepted.outcome, accepted.closed_by, accepted.closed_at) == ("solved", omar, later)
    assert accepted.clocks.get(kind="answer").ending == "met"
    assert accepted.answers.get().state == AnswerState.GIVEN
    assert_whole(accepted)


def test_a_late_closing_misses_its_clock(accepted: Case, omar: User, now: datetime) -> None:
    close(accepted, by=omar, at=now + timedelta(days=30), outcome="partly", found=FOUND, done=DONE)
    assert accepted.clocks.get(kind="answer").ending == "missed"


def test_a_hollow_answer_closes_nothing(accepted: Case, omar: User, now: datetime) -> None:
    with pytest.raises(HollowAnswer) as refused:
        close(accepted, by=omar, at=now, outcome="solved", found=DETAILS, done="تم عمل اللازم")
    assert refused.value.faults == [WeakAnswer("found", Fault.COPIED), WeakAnswer("done", Fault.FORMULA)]
    assert traces(accepted).event[1] == "accept"


def test_an_outcome_belongs_to_its_kind(accepted: Case, omar: User, now: datetime) -> None:
    with pytest.raises(OutcomeNotAllowed):
        close(accepted, by=omar, at=now, outcome="thanked", found=FOUND, done=DONE)


def test_a_complaint_is_accepted_before_it_is_closed(referred: Case, omar: User, now: datetime) -> None:
    with pytest.raises(TransitionNotAllowed):
        close(referred, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)


def test_an_inquiry_is_answered_at_once(file_case: FileCase, inquiry: Topic, omar: User, now: datetime) -> None:
    case = file_case(kind="inquiry", topic=inquiry)
    close(case, by=omar, at=now, outcome="answered", found=FOUND, done=DONE)
    assert traces(case).event == (2, "close", "referred", "closed")
    assert case.clocks.get(kind="decide_competence").ending == "met"
    assert_whole(case)


def test_a_sensitive_answer_needs_a_second_signature(
    file_case: FileCase, conduct: Topic, omar: User, nadia: User, now: datetime
) -> None:
    case = file_case(topic=conduct)
    accept(case, by=omar, at=now, days=2)
    close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    assert traces(case).event == (3, "propose_answer", "in_progress", "in_progress")
    assert traces(case).clock == ("answer", SECOND_CLOSING)
    assert traces(case).told == set()
    with pytest.raises(NotEntitled):
        sign(case, by=omar, at=now)
    sign(case, by=nadia, at=now)
    assert traces(case).event == (4, "close", "in_progress", "closed")
    assert (case.answers.get().written_by, case.answers.get().signed_by) == (omar, nadia)
    assert case.hides_identity
    assert_whole(case)


def test_what_was_proposed_falls_when_the_case_leaves_the_desk(
    file_case: FileCase, conduct: Topic, omar: User, gam: Agency, now: datetime
) -> None:
    case = file_case(topic=conduct)
    accept(case, by=omar, at=now, days=2)
    close(case, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    propose_extension(case, by=omar, at=now, days=1, reason="تأخر")
    return_case(case, by=omar, at=now, reason="other_agency", text="تبين أنها للأمانة.", proposed_agency=gam)
    assert (case.answers.get().state, case.extensions.get().state) == ("taken_back", "dropped")


def test_a_slip_is_taken_back_before_the_notice_left(closed: Case, omar: User, now: datetime) -> None:
    correct(closed, by=omar, at=now + timedelta(minutes=10))
    assert traces(closed) == Traces(
        event=(4, "correct", "closed", "in_progress"), held_by="agency", clock=("answer", FIFTH_CLOSING), told=set()
    )
    assert Message.objects.get(template="case_answered").state == MessageState.CANCELLED
    assert closed.answers.get().state == AnswerState.TAKEN_BACK
    assert (closed.outcome, closed.closed_at) == ("", None)
    assert_whole(closed)


def test_a_slip_does_not_revive_the_promise_of_an_agency_before(
    file_case: FileCase, inquiry: Topic, omar: User, lina: User, yusuf: User, gam: Agency, now: datetime
) -> None:
    case = file_case(kind="inquiry", topic=inquiry)
    accept(case, by=omar, at=now, days=1)
    return_case(case, by=omar, at=now, reason="other_agency", text="تبين أنها للأمانة.", proposed_agency=gam)
    refer(case, by=lina, at=now, agency=gam)
    close(case, by=yusuf, at=now + timedelta(minutes=1), outcome="answered", found=FOUND, done=DONE)
    correct(case, by=yusuf, at=now + timedelta(minutes=2))
    first, again = case.clocks.filter(kind="answer").order_by("pk")
    assert (first.ending, first.ended_at, again.ended_at, again.started_at) == (
        "stopped", now, None, now + timedelta(minutes=2),
    )  # fmt: skip
    assert again.due_at > first.due_at
    assert_whole(case)


def test_a_slip_is_not_taken_back_once_the_notice_left(closed: Case, omar: User, now: datetime) -> None:
    Message.objects.filter(template="case_answered").update(state=MessageState.ACCEPTED)
    with pytest.raises(TransitionNotAllowed):
        correct(closed, by=omar, at=now + timedelta(minutes=10))


def test_a_slip_is_not_taken_back_later_or_by_another(closed: Case, omar: User, nadia: User, now: datetime) -> None:
    with pytest.raises(TransitionNotAllowed):
        correct(closed, by=omar, at=now + timedelta(minutes=16))
    with pytest.raises(NotEntitled):
        correct(closed, by=nadia, at=now + timedelta(minutes=1))


@pytest.mark.parametrize("state", ["triaged", "referred", "accepted"])
def test_the_citizen_withdraws_an_open_case(
    state: str, amina: Citizen, now: datetime, request: pytest.FixtureRequest
) -> None:
    case: Case = request.getfixturevalue(state)
    told = {"triaged": set()}.get(state, officers("officer_withdrawn"))
    withdraw(case, by=amina.user, at=now)
    assert traces(case).told == {("case_withdrawn", "sms", "citizen"), *told}
    assert (case.state, case.outcome, traces(case).held_by, traces(case).clock) == ("closed", "withdrawn", None, None)
    assert_whole(case)


def test_withdrawing_while_asked_ends_the_question_and_both_clocks(
    accepted: Case, omar: User, amina: Citizen, now: datetime
) -> None:
    ask(accepted, by=omar, at=now, text="ما رقم العداد؟")
    withdraw(accepted, by=amina.user, at=now + timedelta(hours=1))
    assert accepted.questions.filter(ended_at=None).count() == 0
    assert Clock.objects.filter(case=accepted, ended_at=None).count() == 0
    assert_whole(accepted)


def test_what_was_withdrawn_stays_withdrawn(referred: Case, amina: Citizen, now: datetime) -> None:
    withdraw(referred, by=amina.user, at=now)
    with pytest.raises(TransitionNotAllowed):
        object_to(referred, by=amina.user, at=now, text="غيرت رأيي")
    with pytest.raises(TransitionNotAllowed) as refused:
        withdraw(referred, by=amina.user, at=now)
    assert (refused.value.state, refused.value.last.action) == ("closed", "withdraw")


def test_the_cmu_archives_what_is_no_case(triaged: Case, lina: User, now: datetime) -> None:
    archive(triaged, by=lina, at=now, reason="الموضوع منظور أمام القضاء.")
    assert traces(triaged) == Traces(
        event=(2, "archive", "triage", "closed"),
        held_by=None,
        clock=("may_object", now + timedelta(days=14)),
        told={("case_archived", "sms", "citizen")},
    )
    assert triaged.outcome == "inadmissible"
    assert_whole(triaged)


def test_an_objection_is_a_state_of_the_same_case(closed: Case, amina: Citizen, now: datetime) -> None:
    object_to(closed, by=amina.user, at=now + timedelta(days=1), text="ما زالت المياه مقطوعة.")
    assert traces(closed) == Traces(
        event=(4, "object", "closed", "objected"),
        held_by="cmu",
        clock=("decide_objection", datetime(2026, 1, 12, 15, 30, tzinfo=AMMAN)),
        told={("case_objected", "sms", "citizen"), ("cmu_objection", "email", "user")},
    )
    assert closed.clocks.get(kind="may_object").ending == "met"
    assert_whole(closed)


def test_an_objection_comes_within_fourteen_days(closed: Case, amina: Citizen, now: datetime) -> None:
    with pytest.raises(TransitionNotAllowed):
        object_to(closed, by=amina.user, at=now + timedelta(days=14, minutes=1), text="متأخر")


def test_upholding_sends_back_with_a_new_promise(closed: Case, amina: Citizen, lina: User, now: datetime) -> None:
    object_to(closed, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
    uphold(closed, by=lina, at=now, days=2, reasons="لم يثبت وصول المياه.")
    assert traces(closed) == Traces(
        event=(5, "uphold", "objected", "in_progress"),
        held_by="agency",
        clock=("answer", SECOND_CLOSING),
        told={("case_upheld", "sms", "citizen"), *officers("officer_upheld")},
    )
    assert closed.promised_on == date(2026, 1, 6)
    assert_whole(closed)


@pytest.mark.parametrize(("is_gone", "stays"), [(False, True), (True, False)])
def test_an_officer_who_left_does_not_get_an_upheld_case_back(
    closed: Case, amina: Citizen, omar: User, lina: User, now: datetime, *, is_gone: bool, stays: bool
) -> None:
    Case.objects.filter(pk=closed.pk).update(officer=omar)
    object_to(closed, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
    if is_gone:
        omar.memberships.update(ends_on=(now - timedelta(days=1)).date())
    uphold(closed, by=lina, at=now, days=2, reasons="لم يثبت وصول المياه.")
    assert (closed.officer == omar) is stays


def test_dismissing_lets_the_answer_stand(closed: Case, amina: Citizen, lina: User, now: datetime) -> None:
    object_to(closed, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
    dismiss(closed, by=lina, at=now, reasons="سجل الضخ يبين وصول المياه.")
    assert traces(closed).event == (5, "dismiss", "objected", "closed")
    assert traces(closed).told == {("case_dismissed", "sms", "citizen")}
    assert closed.outcome == "solved"
    assert_whole(closed)


def test_whoever_handled_the_case_does_not_rule_on_it(
    triaged: Case, omar: User, amina: Citizen, lina: User, rami: User, water: Agency, now: datetime
) -> None:
    refer(triaged, by=lina, at=now, agency=water)
    accept(triaged, by=omar, at=now, days=2)
    close(triaged, by=omar, at=now, outcome="solved", found=FOUND, done=DONE)
    object_to(triaged, by=amina.user, at=now, text="لم تحل")
    with pytest.raises(NotEntitled):
        uphold(triaged, by=lina, at=now, days=2, reasons="نعم")
    uphold(triaged, by=rami, at=now, days=2, reasons="لم يثبت وصول المياه.")
    assert triaged.state == "in_progress"


def test_an_archived_case_goes_back_to_triage_when_the_objection_is_upheld(
    triaged: Case, amina: Citizen, lina: User, rami: User, now: datetime
) -> None:
    archive(triaged, by=lina, at=now, reason="الموضوع منظور أمام القضاء.")
    object_to(triaged, by=amina.user, at=now, text="ليس أمام القضاء")
    uphold(triaged, by=rami, at=now, days=1, reasons="صحيح")
    assert traces(triaged).event == (4, "uphold", "objected", "triage")
    assert_whole(triaged)


def test_a_case_carries_two_objections_at_most(
    closed: Case, amina: Citizen, lina: User, rami: User, now: datetime
) -> None:
    for ruler in (lina, rami):
        object_to(closed, by=amina.user, at=now, text="ما زالت المياه مقطوعة.")
        dismiss(closed, by=ruler, at=now, reasons="سجل الضخ يبين وصول المياه.")
    with pytest.raises(TransitionNotAllowed):
        object_to(closed, by=amina.user, at=now, text="مرة ثالثة")


def test_the_citizen_corrects_before_acceptance_only(referred: Case, omar: User, amina: Citizen, now: datetime) -> None:
    amend(referred, by=amina.user, at=now, subject="انقطاع المياه عن شارعنا", details=DETAILS, place="شارع 3")
    assert traces(referred).event == (2, "amend", "referred", "referred")
    assert traces(referred).told == officers("officer_added")
    assert (referred.subject, referred.revisions.get().subject) == ("انقطاع المياه عن شارعنا", SUBJECT)
    accept(referred, by=omar, at=now, days=2)
    with pytest.raises(TransitionNotAllowed):
        amend(referred, by=amina.user, at=now, subject="لا", details="لا")


def test_the_citizen_adds_information_while_the_case_is_open(closed: Case, amina: Citizen, now: datetime) -> None:
    with pytest.raises(TransitionNotAllowed):
        add(closed, by=amina.user, at=now, text="معلومة")


def test_added_information_reaches_the_holder(accepted: Case, amina: Citizen, karim: Citizen, now: datetime) -> None:
    add(accepted, by=amina.user, at=now, text="عادت المياه ليلًا ثم انقطعت.")
    assert traces(accepted).event == (3, "add", "in_progress", "in_progress")
    assert traces(accepted).told == officers("officer_added")
    with pytest.raises(NotEntitled):
        add(accepted, by=karim.user, at=now, text="فضول")
    assert accepted.additions.count() == 1


def test_a_person_files_twenty_cases_a_day_and_no_more(
    file_case: FileCase, amina: Citizen, water: Agency, outage: Topic, now: datetime
) -> None:
    for minutes in range(MOST_FILED_A_DAY):
        file_case(at=now + timedelta(minutes=minutes))
    draft = Draft.objects.create(
        citizen=amina, kind="complaint", agency=water, topic=outage, subject="تسرب", details=DETAILS, updated_at=now
    )
    with pytest.raises(TooManyToday):
        file_draft(draft, by=amina.user, at=now + timedelta(hours=1), language="ar")
    assert (Case.objects.count(), Draft.objects.count()) == (MOST_FILED_A_DAY, 1)
    file_draft(draft, by=amina.user, at=now + timedelta(days=1), language="ar")
    assert Case.objects.count() == MOST_FILED_A_DAY + 1


def test_a_case_takes_ten_additions_a_day_and_no_more(accepted: Case, amina: Citizen, now: datetime) -> None:
    for minutes in range(MOST_SAID_A_DAY):
        add(accepted, by=amina.user, at=now + timedelta(minutes=minutes), text="معلومة")
    with pytest.raises(TooManyToday):
        add(accepted, by=amina.user, at=now + timedelta(hours=1), text="معلومة")
    add(accepted, by=amina.user, at=now + timedelta(days=2), text="معلومة")
    assert accepted.additions.count() == MOST_SAID_A_DAY + 1


def test_history_holds_no_words(accepted: Case, amina: Citizen, now: datetime) -> None:
    add(accepted, by=amina.user, at=now, text="كلمة سرية")
    facts = "".join(str(event.facts) for event in accepted.events.all())
    assert [word for word in (SUBJECT, DETAILS, "كلمة سرية", "أمينة") if word in facts] == []


def test_a_draft_is_filed_once(amina: Citizen, water: Agency, outage: Topic, omar: User, now: datetime) -> None:
    draft = Draft.objects.create(
        citizen=amina, kind="complaint", agency=water, topic=outage, subject=SUBJECT, details=DETAILS, updated_at=now
    )
    first = file_draft(draft, by=amina.user, at=now, language="ar")
    second = file_draft(draft, by=amina.user, at=now, language="ar")
    assert (first.pk, Case.objects.count(), Draft.objects.count()) == (second.pk, 1, 0)


def test_email_is_the_way_when_chosen(file_case: FileCase, amina: Citizen) -> None:
    case = file_case(citizen=amina, notify_by="email")
    assert ("case_received", "email", "citizen") in traces(case).told


def test_nobody_grants_a_date_they_proposed_themselves(accepted: Case, nadia: User, now: datetime) -> None:
    propose_extension(accepted, by=nadia, at=now, days=1, reason="تأخر وصول القطعة")
    with pytest.raises(NotEntitled):
        extend(accepted, by=nadia, at=now)


def test_asking_again_and_again_buys_no_time(accepted: Case, omar: User, now: datetime) -> None:
    clock = accepted.clocks.get(kind="answer")
    promised, at = clock.due_at, now
    for _ in range(3):
        ask(accepted, by=omar, at=at, text="ما رقم العداد؟")
        at = accepted.deadline_at or at
        lapse(accepted, at=at)
    clock.refresh_from_db()
    calendar = current_calendar()
    cap = calendar.working_minutes(now, calendar.due(now, 10))
    assert sum(calendar.working_minutes(pause.lower, pause.upper) for pause in clock.pauses) == cap
    assert calendar.working_minutes(promised, clock.due_at) == cap
    assert accepted.is_late(at=at)
