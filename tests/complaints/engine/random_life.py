"""Two cases on which people, links, clock and sweepers act in any order, as a state machine for Hypothesis."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from accounts.models import Citizen, User
from agencies.models import Agency, Directorate, OutsideCentre, Topic
from complaints.actions import (
    add,
    add_task,
    amend,
    answer_task,
    ask_explanation,
    ask_unit,
    assign,
    classify,
    clear_urgent,
    drop_task,
    end_recusal,
    explain,
    hand_over,
    label,
    link,
    log_call,
    note,
    propose_extension,
    rate,
    recuse,
    refuse_extension,
    remind_agency,
    remind_directorate,
    remind_officer,
    send_back,
    show_files,
    sign,
    take_back,
    unlink,
)
from complaints.actions.consultations import consult, estimate, find, revoke
from complaints.engine.transition import TransitionNotAllowed
from complaints.escalation import ladder
from complaints.escalation.absences import unassign_inactive
from complaints.escalation.expiry import lapse_overdue
from complaints.escalation.recalculation import recalculate
from complaints.models import Case, CaseLink, ClockStep, Consultation, ReferralTask, SpokenWith
from complaints.workflow import TRANSITIONS, Action, State
from tests.complaints import DETAILS, DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.engine.life_checks import check, hand_of
from tests.complaints.functions import FUNCTIONS

PEOPLE = ["amina", "karim", "omar", "hani", "nadia", "yusuf", "lina", "rami", "sami"]


@dataclass(frozen=True)
class Country:
    """Everybody and everything the machine plays with."""

    people: Mapping[str, User]
    file: FileCase
    karim: Citizen
    water: Agency
    gam: Agency
    cmu: Agency
    network: Directorate
    centre: OutsideCentre
    topics: Mapping[str, Topic]
    now: datetime


def says(country: Country, action: Action) -> dict[str, Any]:
    """Return what an action says besides who and when."""
    refusal = {"reason": "other_place", "text": "ليس لنا", "proposed_agency": country.gam}
    said: dict[Action, dict[str, Any]] = {
        Action.REFER: {"agency": country.gam},
        Action.ACCEPT: {"days": 1},
        Action.DECLINE: refusal,
        Action.RETURN: refusal,
        Action.ASK: {"text": "أين؟"},
        Action.REPLY: {"text": "هنا"},
        Action.CLOSE: {"outcome": "solved", "found": FOUND, "done": DONE},
        Action.ARCHIVE: {"reason": "ليس من اختصاص النظام"},
        Action.OBJECT: {"text": "لم تحل"},
        Action.UPHOLD: {"days": 1, "reasons": "نعم"},
        Action.DISMISS: {"reasons": "لا"},
    }
    return said.get(action, {})


#: Who usually says it, so that lives get somewhere; everybody else tries too.
USUAL: dict[Action, str] = {
    Action.REFER: "lina",
    Action.ACCEPT: "omar",
    Action.DECLINE: "omar",
    Action.RETURN: "omar",
    Action.ASK: "omar",
    Action.REPLY: "amina",
    Action.EXTEND: "nadia",
    Action.CLOSE: "omar",
    Action.DELIVER: "omar",
    Action.UNDO: "omar",
    Action.WITHDRAW: "amina",
    Action.ARCHIVE: "lina",
    Action.OBJECT: "amina",
    Action.UPHOLD: "rami",
    Action.DISMISS: "rami",
}
MOVES = [action for action in USUAL if action not in {Action.WITHDRAW, Action.ARCHIVE, Action.DELIVER}]
#: What would end most lives before they begin, or is refused; anybody may still try it.
RARE = {(Action.CLOSE, State.REFERRED), (Action.REFER, State.REFERRED), (Action.REFER, State.IN_PROGRESS)}
#: How far the first case is when the machine takes over: chance alone would leave most lives near their beginning.
STORIES = [
    [Action.ACCEPT],
    [Action.ACCEPT, Action.ASK],
    [Action.DECLINE],
    [Action.ACCEPT, Action.CLOSE, Action.OBJECT],
    [],
    [Action.ACCEPT, Action.CLOSE],
]
somebody = st.sampled_from(PEOPLE)
desk = st.sampled_from(["omar", "nadia", "hani", "lina", "yusuf"])
hours = st.integers(0, 12)


class RandomLife(RuleBasedStateMachine):
    """Two complaints to one agency, by two citizens."""

    country: Country

    @initialize(story=st.sampled_from(STORIES))
    def begin(self, story: list[Action]) -> None:
        self.frame = transaction.atomic()
        self.frame.__enter__()
        self.at = self.country.now
        self.case = self.country.file()
        self.other = self.country.file(citizen=self.country.karim, subject="لا ماء في حارتنا")
        for action in story:
            # Two minutes in all: nobody objects to what can still be undone.
            self.at += timedelta(minutes=1)
            assert self.attempt(FUNCTIONS[action], self.case, by=USUAL[action], **says(self.country, action))

    def teardown(self) -> None:
        if not hasattr(self, "frame"):
            return
        try:
            for case in (self.case, self.other):
                check(case)
            connection.check_constraints()
        finally:
            transaction.set_rollback(True)
            self.frame.__exit__(None, None, None)

    def attempt(self, doing: Callable[..., object], *args: object, by: str | None = None, **said: object) -> bool:
        """Try something; return whether it was done. What is refused leaves nothing, what is done exactly one event."""
        self.at += timedelta(minutes=1)
        case = args[0] if args and isinstance(args[0], Case) else self.case
        before = Case.objects.values_list("version", flat=True).get(pk=case.pk)
        who = {"by": self.country.people[by]} if by else {}
        try:
            with transaction.atomic():
                doing(*args, at=self.at, **who, **said)
                done = True
        except Exception as refusal:
            if not type(refusal).__module__.startswith("complaints."):
                raise
            done = False
        for one in (self.case, self.other):
            one.refresh_from_db()
        is_move = doing in FUNCTIONS.values()
        # Some acts on what is so already change nothing, and say so by no event.
        assert case.version in ({before + 1} if done and is_move else {before, before + done})
        return done

    # ---- what changes the state ----

    @rule(choice=st.integers(0, 11), passed=hours)
    def it_goes_on(self, choice: int, passed: int) -> None:
        """Let the usual person do what the table allows next."""
        self.at += timedelta(hours=passed)
        state = State(self.case.state)
        allowed = [action for action in MOVES if state in TRANSITIONS[action].sources and (action, state) not in RARE]
        action = allowed[choice % len(allowed)]
        said = says(self.country, action) | ({"agency": self.country.water} if action == Action.REFER else {})
        self.attempt(FUNCTIONS[action], self.case, by=self.usual(action), **said)

    @rule(choice=st.integers(0, 11))
    def it_goes_on_at_once(self, choice: int) -> None:
        self.it_goes_on(choice=choice, passed=0)

    def usual(self, action: Action) -> str:
        return "lina" if action == Action.ASK and self.case.state == State.TRIAGE else USUAL[action]

    @rule(action=st.sampled_from(list(USUAL)), person=somebody)
    def anybody_moves(self, action: Action, person: str) -> None:
        self.attempt(FUNCTIONS[action], self.case, by=person, **says(self.country, action))

    @rule(action=st.sampled_from([Action.ACCEPT, Action.CLOSE, Action.ASK, Action.WITHDRAW]))
    def the_other_case_moves(self, action: Action) -> None:
        person = "karim" if action == Action.WITHDRAW else "hani"
        self.attempt(FUNCTIONS[action], self.other, by=person, **says(self.country, action))

    # ---- what does not ----

    @rule(
        person=st.sampled_from(["amina", "karim", "omar"]),
        count=st.integers(0, 2),
        solved=st.sampled_from(["yes", "no"]),
    )
    def the_answer_is_rated(self, person: str, count: int, solved: str) -> None:
        self.attempt(rate, self.case, by=person, count=count, solved=solved)

    @rule(person=somebody)
    def words_are_added(self, person: str) -> None:
        self.attempt(add, self.case, by=person, text="ما زال الماء مقطوعًا")
        self.attempt(amend, self.case, by=person, subject="موضوع آخر", details=DETAILS)

    @rule(person=desk, days=st.integers(1, 3))
    def an_extension_is_proposed(self, person: str, days: int) -> None:
        self.attempt(propose_extension, self.case, by=person, days=days, reason="تأخر المقاول")

    @rule(person=desk)
    def a_proposal_is_decided(self, person: str) -> None:
        self.attempt(refuse_extension, self.case, by=person, reason="لا داعي")
        self.attempt(send_back, self.case, by=person, reason="ينقص التاريخ")
        self.attempt(sign, self.case, by=person)

    @rule(person=desk)
    def it_is_noted_and_called(self, person: str) -> None:
        self.attempt(note, self.case, by=person, text="ملاحظة")
        self.attempt(log_call, self.case, by=person, spoken_with=SpokenWith.CITIZEN, text="وعد بالاتصال")

    @rule(person=desk, name=st.sampled_from(["عاجل", "حي نزال"]))
    def it_is_labelled(self, person: str, name: str) -> None:
        self.attempt(label, self.case, by=person, name=name)
        self.attempt(remind_officer, self.case, by=person)
        self.attempt(remind_directorate, self.case, by=person)
        self.attempt(clear_urgent, self.case, by=person)

    @rule(
        person=somebody,
        topic=st.sampled_from(["outage", "burst"]),
        kind=st.sampled_from([*3 * ["complaint"], "praise"]),
    )
    def topic_and_kind_are_corrected(self, person: str, topic: str, kind: str) -> None:
        self.attempt(classify, self.case, by=person, topic=self.country.topics[topic], kind=kind)

    @rule(person=desk, officer=st.sampled_from(["omar", "hani", "nadia", "yusuf"]))
    def it_is_assigned(self, person: str, officer: str) -> None:
        self.attempt(assign, self.case, by=person, officer=self.country.people[officer])

    @rule(person=desk)
    def a_centre_has_it(self, person: str) -> None:
        self.attempt(hand_over, self.case, by=person, centre=self.country.centre, reference="117-5")

    @rule(person=desk)
    def a_centre_answers(self, person: str) -> None:
        self.attempt(take_back, self.case, by=person, answer="أصلح الخط")

    # ---- the directorate, by its link ----

    @rule(person=desk)
    def a_directorate_is_asked(self, person: str) -> None:
        self.attempt(consult, self.case, by=person, directorate=self.country.network, text="ما السبب؟")

    @rule(days=st.integers(1, 5))
    def a_directorate_gives_a_time(self, days: int) -> None:
        for asked in Consultation.objects.filter(case=self.case):
            number = asked.estimates.count() + 1
            self.attempt(estimate, asked, number=number, days=days, reason="تأخر التوريد")

    @rule()
    def a_directorate_answers(self) -> None:
        for asked in Consultation.objects.filter(case=self.case):
            self.attempt(find, asked, finding="كسر في الخط الرئيسي", signed_as="م. سعاد")

    @rule(person=desk)
    def the_question_is_taken_back(self, person: str) -> None:
        self.attempt(revoke, self.case, by=person)

    # ---- another agency's part ----

    @rule(person=desk, days=st.integers(1, 9))
    def a_part_is_given_away(self, person: str, days: int) -> None:
        self.attempt(add_task, self.case, by=person, agency=self.country.gam, text="أعيدوا الرصيف", days=days)

    @rule(person=somebody)
    def a_part_is_answered(self, person: str) -> None:
        for task in ReferralTask.objects.filter(case=self.case):
            self.attempt(answer_task, task, by=person, text="أعيد الرصيف")

    @rule(person=desk)
    def a_part_is_dropped(self, person: str) -> None:
        for task in ReferralTask.objects.filter(case=self.case):
            self.attempt(drop_task, task, by=person, reason="لم يعد لازمًا")

    # ---- the same problem ----

    @rule(person=desk, turned=st.booleans())
    def they_are_linked(self, person: str, *, turned: bool) -> None:
        pair = (self.other, self.case) if turned else (self.case, self.other)
        self.attempt(link, *pair, by=person)

    @rule(person=desk)
    def they_are_unlinked(self, person: str) -> None:
        for one in CaseLink.objects.filter(ended_at__isnull=True):
            self.attempt(unlink, one, by=person)

    # ---- whom it is about ----

    @rule(person=desk, about=st.sampled_from(["omar", "hani", "nadia", "lina"]))
    def somebody_is_set_aside(self, person: str, about: str) -> None:
        self.attempt(recuse, self.case, by=person, person=self.country.people[about], text="تتحدث عنه")

    @rule(person=desk, about=st.sampled_from(["omar", "hani", "nadia", "lina"]))
    def somebody_is_let_back(self, person: str, about: str) -> None:
        self.attempt(end_recusal, self.case, by=person, person=self.country.people[about], text="خطأ في الاسم")

    @rule(person=st.sampled_from(["amina", "omar"]))
    def a_late_agency_is_reminded(self, person: str) -> None:
        self.attempt(remind_agency, self.case, by=person)
        self.attempt(ask_unit, self.case, by=person)

    @rule(person=desk)
    def the_citizen_is_shown_files(self, person: str) -> None:
        self.attempt(show_files, self.case, by=person, files=())

    @rule(person=desk, asks=st.booleans())
    def a_delay_is_explained(self, person: str, *, asks: bool) -> None:
        if asks:
            self.attempt(ask_explanation, self.case, by="samar", text="لماذا تأخر؟")
        self.attempt(explain, self.case, by=person, text="تأخر المقاول")

    # ---- clock and sweepers ----

    @rule(passed=st.sampled_from([1, 7, 24, 60, 200]))
    def time_passes_and_two_sweepers_come(self, passed: int) -> None:
        self.at += timedelta(hours=passed)
        lapse_overdue(at=self.at)
        ladder.sweep(at=self.at)
        unassign_inactive(at=self.at)
        taken = ClockStep.objects.count()
        again = (lapse_overdue(at=self.at), ladder.sweep(at=self.at), unassign_inactive(at=self.at))
        assert (again, ClockStep.objects.count()) == ((0, 0, 0), taken)
        # No calendar was changed, so that counting anew moves nothing.
        assert recalculate(at=self.at) == 0
        for one in (self.case, self.other):
            one.refresh_from_db()

    @precondition(lambda self: self.case.state == State.WAITING)
    @rule()
    def a_question_does_not_lapse_early(self) -> None:
        if self.case.deadline_at and self.at < self.case.deadline_at:
            with pytest.raises(TransitionNotAllowed), transaction.atomic():
                FUNCTIONS[Action.LAPSE](self.case, at=self.at)

    # ---- at every moment ----

    @invariant()
    def exactly_one_has_it_in_hand(self) -> None:
        if not hasattr(self, "case"):
            return
        for case in (self.case, self.other):
            held = list(case.holdings.filter(ended_at__isnull=True).values_list("holder", flat=True))
            assert held == ([case.holder] if case.state != State.CLOSED else [])
            assert (case.holder or None) == hand_of(case)
