"""Closing a case: an answer of substance, signed twice where the topic asks, taken back as a slip."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError

from accounts.models import Citizen, User
from agencies.models import Agency, AnswerPhrase, Topic
from complaints.actions import (
    accept,
    ask,
    close,
    propose_extension,
    reply,
    return_case,
    sign,
)
from complaints.actions.answers import AnswerLacksSubstance, OutcomeNotAllowed, judged_answer
from complaints.answer_quality.judgement import Fault
from complaints.case_text.history import texts_for_staff
from complaints.engine import history
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import AnswerState, Case
from tests.complaints import DONE, FOUND
from tests.complaints.actions.traces import SECOND_CLOSING, Traces, assert_whole, traces
from tests.complaints.cases import FileCase

PROMISE = {
    "outcome": "solved",
    "found": "الشركة على علم بالمشكلة.",
    "done": "سيتم إرسال فرقة الصيانة في أقرب وقت إن شاء الله.",
}
WHY = "اتفقنا مع المواطن بالهاتف على الموعد"


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


def test_a_closing_at_the_last_moment_is_in_time(accepted: Case, omar: User) -> None:
    clock = accepted.clocks.get(kind="answer")
    close(accepted, by=omar, at=clock.due_at, outcome="solved", found=FOUND, done=DONE)
    clock.refresh_from_db()
    assert (clock.ending, clock.ended_at) == ("met", clock.due_at)


def test_a_hollow_answer_closes_nothing(accepted: Case, omar: User, now: datetime) -> None:
    with pytest.raises(AnswerLacksSubstance) as refused:
        close(accepted, by=omar, at=now, outcome="solved", found="تم الاطلاع.", done="تم عمل اللازم", sent_because=WHY)
    assert refused.value.judgement.fault == Fault.FORMULA
    assert traces(accepted).event[1] == "accept"


def test_a_challenged_answer_is_sent_with_a_reason_that_marks_the_closing(
    accepted: Case, omar: User, now: datetime
) -> None:
    with pytest.raises(AnswerLacksSubstance) as challenged:
        close(accepted, by=omar, at=now, **PROMISE)
    assert challenged.value.judgement.fault == Fault.PROMISE
    assert traces(accepted).event[1] == "accept"
    answer = close(accepted, by=omar, at=now, sent_because=f" {WHY} ", **PROMISE)
    assert (answer.challenge, answer.sent_because) == ("promise", WHY)
    event = accepted.events.get(action="close")
    assert event.facts["challenged"] == "promise"
    text = texts_for_staff(accepted, [event], omar, at=now)[event.pk]
    assert (text.challenge, text.reason) == ("promise", WHY)
    assert list(history.rewritten()) == []
    accepted.answers.update(sent_because="سبب آخر")
    assert len(list(history.rewritten())) == 1
    with pytest.raises(IntegrityError):
        accepted.answers.update(sent_because="")


def test_the_reason_of_an_answer_that_leaves_nothing_open_is_not_kept(
    accepted: Case, omar: User, now: datetime
) -> None:
    answer = close(accepted, by=omar, at=now, outcome="solved", found=FOUND, done=DONE, sent_because=WHY)
    assert (answer.challenge, answer.sent_because) == ("", "")
    assert "challenged" not in accepted.events.get(action="close").facts


def test_an_edited_lexicon_judges_the_next_answer(accepted: Case, omar: User, now: datetime) -> None:
    AnswerPhrase.objects.create(code="u-1", category="function", language="ar", phrases=["في", "من"])
    AnswerPhrase.objects.create(code="u-2", category="act", language="ar", phrases=["زغردت", "هللت"])
    assert judged_answer(accepted, found="زغردت الفرقة كثيرا.", done="هللت الفرقة أيضا في الحي.").fault is None
    AnswerPhrase.objects.filter(code="u-2").update(is_active=False)
    assert judged_answer(accepted, found="زغردت الفرقة كثيرا.", done="هللت الفرقة أيضا في الحي.").fault == Fault.THIN


def test_the_citizens_reply_is_no_answer(accepted: Case, amina: Citizen, omar: User, now: datetime) -> None:
    told = "جاءت سيارة الصهريج مرة واحدة مساء الخميس ولم يكف الماء بيوت الشارع كلها."
    ask(accepted, by=omar, at=now, text="هل جاءكم صهريج منذ بداية الانقطاع؟")
    reply(accepted, by=amina.user, at=now, text=told)
    with pytest.raises(AnswerLacksSubstance) as refused:
        close(accepted, by=omar, at=now, outcome="solved", found=told, done=DONE)
    assert (refused.value.judgement.field, refused.value.judgement.fault) == ("found", Fault.RETOLD)


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
    assert traces(case).told == {("officer_decision", "email", "user")}
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
