"""Whatever people, links, clock and sweepers do in whatever order: legal states, whole history, one message each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.models import Count
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Citizen, User
from accounts.roles import Role
from agencies.models import Agency, Directorate, OutsideCentre
from complaints.actions import (
    add,
    add_task,
    amend,
    answer_task,
    assign,
    drop_task,
    end_recusal,
    hand_over,
    label,
    link,
    log_call,
    note,
    propose_extension,
    recuse,
    refuse_extension,
    remind_directorate,
    remind_officer,
    send_back,
    sign,
    take_back,
    unlink,
)
from complaints.actions.consultations import consult, estimate, find, revoke
from complaints.engine.history_chain import first_forged
from complaints.engine.transition import TransitionNotAllowed
from complaints.escalation import ladder
from complaints.escalation.absences import unassign_inactive
from complaints.escalation.recalculation import recalculate
from complaints.escalation.tasks import lapse_overdue
from complaints.models import Case, CaseLink, Clock, ClockStep, Consultation, ReferralTask, SpokenWith
from complaints.workflow import ACTIONS, STATE_RULES, TRANSITIONS, Action, ClockKind, Holder, State, edges
from notifications.models import Message
from tests.cast import make_staff
from tests.complaints import DETAILS, DONE, FOUND
from tests.complaints.cases import FileCase
from tests.complaints.functions import FUNCTIONS

AMMAN = ZoneInfo("Asia/Amman")
CLOSES, WEEKEND = time(15, 30), {4, 5}
PEOPLE = ["amina", "karim", "omar", "hani", "nadia", "yusuf", "lina", "rami", "sami"]
LEGAL = set(edges())
RECORDED = {action.value for action, rule in ACTIONS.items() if not rule.changes_state}


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
    Action.CORRECT: "omar",
    Action.WITHDRAW: "amina",
    Action.ARCHIVE: "lina",
    Action.OBJECT: "amina",
    Action.UPHOLD: "rami",
    Action.DISMISS: "rami",
}
MOVES = [action for action in USUAL if action not in {Action.WITHDRAW, Action.ARCHIVE}]
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


class Lives(RuleBasedStateMachine):
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


def hand_of(case: Case) -> Holder | None:
    """Return who must have the case in hand: whoever is asked, while it is the agency's; elsewhere nobody is asked."""
    asked = case.consultations.filter(ended_at=None).exists()
    handed = case.handovers.filter(ended_at=None).exists()
    standing = STATE_RULES[State(case.state)].holder
    if standing == Holder.AGENCY and (asked or handed):
        assert asked != handed
        return Holder.DIRECTORATE if asked else Holder.OUTSIDE_CENTRE
    if case.state in {State.TRIAGE, State.OBJECTED, State.CLOSED}:
        assert (asked, handed, case.tasks.filter(ended_at=None).exists()) == (False, False, False)
    return standing


def check(case: Case) -> None:
    """Hold the whole life against the table, the calendar and what was owed."""
    check_history(case)
    check_holdings(case)
    check_clocks(case)
    check_messages(case)
    check_who_keeps_off(case)


def check_history(case: Case) -> None:
    """One event a change, each legal, in an unbroken chain."""
    events = list(case.events.order_by("number"))
    assert [event.number for event in events] == list(range(1, case.version + 1))
    assert first_forged(events) is None
    assert bytes(case.chain) == bytes(events[-1].chain)
    for one, following in pairwise(events):
        assert one.to_state == following.from_state
        assert one.at <= following.at
    for event in events:
        if event.action in RECORDED:
            assert event.from_state == event.to_state
        else:
            assert (event.action, event.from_state, event.to_state) in LEGAL
    assert events[-1].to_state == case.state


def check_holdings(case: Case) -> None:
    """The holdings tile each open stretch, without a gap, an overlap or a moment beside it."""
    stretches: list[list[datetime | None]] = []
    for event in case.events.order_by("number"):
        if event.to_state != State.CLOSED and event.from_state in {"", State.CLOSED}:
            stretches.append([event.at, None])
        if event.to_state == State.CLOSED and event.from_state != State.CLOSED:
            stretches[-1][1] = event.at
    tiled: list[list[datetime | None]] = []
    begun = {start for start, _end in stretches}
    for span in case.holdings.order_by("started_at", "id"):
        if tiled and tiled[-1][1] == span.started_at and span.started_at not in begun:
            tiled[-1][1] = span.ended_at
        else:
            tiled.append([span.started_at, span.ended_at])
    assert tiled == stretches


def check_clocks(case: Case) -> None:
    """The running clock is the deadline; none is due before the calendar allows; no step is taken twice."""
    running = case.clocks.filter(ended_at=None, paused_at=None, task=None).first()
    assert case.deadline_at == (running.due_at if running and case.state != State.CLOSED else None)
    for clock in case.clocks.all():
        assert clock.due_at >= clock.first_due_at > clock.started_at
        if clock.limit_days:
            assert clock.first_due_at >= closing_after(clock.started_at, clock.limit_days)
        elif clock.kind != ClockKind.MAY_OBJECT:
            assert clock.first_due_at >= closing_after(clock.started_at, 1)
        if clock.kind != ClockKind.MAY_OBJECT:
            local = clock.due_at.astimezone(AMMAN)
            assert local.weekday() not in WEEKEND
            assert local.time() <= CLOSES
        assert (clock.ended_at is None) == (clock.ending == "")
    taken = [(step.clock_id, step.step) for step in ClockStep.objects.filter(clock__case=case)]
    recorded = case.events.filter(action__in=[Action.REMIND, Action.ESCALATE], actor=None).values_list(
        "facts", flat=True
    )
    assert len(taken) == len(set(taken)) == len(recorded)
    assert len({(facts["clock"], facts["step"]) for facts in recorded}) == len(taken)
    assert Clock.objects.filter(task__case=case, task__state="open", ended_at=None).count() == (
        case.tasks.filter(state="open").count()
    )


def closing_after(start: datetime, days: int) -> datetime:
    """Return when offices close on the ``days``-th working day after that of ``start``, counted on the fingers."""
    day: date = start.astimezone(AMMAN).date()
    while days:
        day += timedelta(days=1)
        days -= day.weekday() not in WEEKEND
    return datetime.combine(day, CLOSES, AMMAN)


def check_messages(case: Case) -> None:
    """Nobody is told the same thing twice on one occasion, and the citizen is told of each change what is owed."""
    owed = Message.objects.filter(reference=case.reference)
    repeated = owed.values("occasion", "recipient", "channel", "template").annotate(n=Count("pk")).filter(n__gt=1)
    assert list(repeated) == []
    for event in case.events.all():
        if event.action in RECORDED:
            continue
        tells = [
            tell
            for tell in TRANSITIONS[Action(event.action)].tells
            if tell.party == "citizen" and (not tell.into or event.to_state in tell.into)
        ]
        told = owed.filter(occasion=f"case:{case.pk}:{event.number}", recipient__startswith="citizen:")
        assert told.count() == len(tells), event


def check_who_keeps_off(case: Case) -> None:
    """Nobody has, did or was told anything while it was about them, but that they set themselves aside."""
    for concern in case.recusals.all():
        end = concern.ended_at or datetime.max.replace(tzinfo=AMMAN)
        done = case.events.filter(actor=concern.person, at__gt=concern.at, at__lt=end)
        assert not done.exists()
        told = Message.objects.filter(reference=case.reference, recipient=f"user:{concern.person_id}")
        assert not told.filter(created_at__gt=concern.at, created_at__lt=end).exists()
    assert case.officer_id not in case.recusals.open().values_list("person", flat=True)


@pytest.fixture
def country(request: pytest.FixtureRequest, water: Agency, gam: Agency, cmu: Agency, network: Directorate) -> Country:
    hani = make_staff("hani@miyahuna.example", "هاني العلي", "Hani Ali", "+962790100008", water, Role.OFFICER)
    cast = {name: request.getfixturevalue(name) for name in PEOPLE if name != "hani"} | {"hani": hani}
    make_staff("samar@miyahuna.example", "سمر نصار", "Samar Nassar", "+962790100009", water, Role.SECRETARY_GENERAL)
    network.email = "networks@miyahuna.example"
    network.save()
    centre = OutsideCentre.objects.create(code="117116", name_ar="مركز المياه", name_en="Water centre", phone="117116")
    return Country(
        people={name: getattr(person, "user", person) for name, person in cast.items()},
        file=request.getfixturevalue("file_case"),
        karim=cast["karim"],
        water=water,
        gam=gam,
        cmu=cmu,
        network=network,
        centre=centre,
        now=request.getfixturevalue("now"),
    )


def test_any_life_of_a_case_is_a_legal_one(country: Country) -> None:
    class LivesHere(Lives):
        pass

    LivesHere.country = country
    run_state_machine_as_test(
        LivesHere,
        settings=settings(
            max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
