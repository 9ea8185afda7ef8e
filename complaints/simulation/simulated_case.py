"""A case simulated in memory from filing to its end, with the rows that each of its actions would have written."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from random import Random

from django.utils import timezone

from accounts.models import User
from agencies.models import Directorate
from complaints import reference
from complaints.case_text.answers import causes
from complaints.clocks import clockwork, extensions
from complaints.engine import history
from complaints.engine.history import filed_words
from complaints.models import (
    Addition,
    Answer,
    Case,
    Extension,
    ExtensionState,
    Objection,
    ObjectionRuling,
    Question,
    Refusal,
    RefusalReason,
    Ruling,
)
from complaints.models.case import SUBJECT_LENGTH
from complaints.simulation.case_rows import MOVING
from complaints.simulation.chances import (
    ANSWERED_AT_ONCE,
    DROPPING,
    EVENNESS,
    EXTRA_DAYS,
    FORGOTTEN,
    MEANS,
    MOST_OBJECTIONS,
    NEXT,
    OBJECTING,
    SHARE_OF_TIME,
    SLOW,
    SLOWER_BY,
)
from complaints.simulation.clock_steps import take_steps
from complaints.simulation.divided_case import DividedCase
from complaints.simulation.texts import ARCHIVED, DISMISSED, EXTENSION_REASON, UPHELD
from complaints.simulation.world import Keys, Seed, World
from complaints.workflow import AT_AGENCY, OUTCOMES, Action, Kind, Outcome, State


class SimulatedCase(DividedCase):
    """One case until ``until``: ``case`` is as it was filed, ``steps`` what it became, the other lists its rows."""

    def __init__(self, seed: Seed, *, world: World, keys: Keys, dice: Random, at: datetime, until: datetime) -> None:
        super().__init__(seed, world=world, keys=keys, dice=dice, at=at)
        self.until = until
        self.case = self._file(seed)
        while self._go_on():
            continue
        for name, value in zip(MOVING, self.steps[0], strict=True):
            setattr(self.case, name, value)

    # ---- what happens next ----

    def _go_on(self) -> bool:
        state = State(self.case.state)
        if state == State.CLOSED and not self._objects():
            return False
        if self.dice.random() < FORGOTTEN:
            take_steps(self, until=self.until)
            return False
        what = self._choose(state)
        at = self._moment(state, what)
        take_steps(self, until=min(at, self.until))
        if at >= self.until:
            return False
        self.at = at
        self._do(what)
        return True

    def _objects(self) -> bool:
        made = self.case.objections_made
        may_object = clockwork.needs_window(self.case) and made < MOST_OBJECTIONS
        return may_object and self.dice.random() < OBJECTING[self.said]

    def _choose(self, state: State) -> Action:
        if self.case.kind == Kind.PRAISE and state in AT_AGENCY:
            return Action.DELIVER
        if state == State.REFERRED and self.case.kind != Kind.COMPLAINT and self.dice.random() < ANSWERED_AT_ONCE:
            return Action.CLOSE
        if state == State.IN_PROGRESS and self._proposed() is not None:
            return Action.EXTEND
        if state == State.IN_PROGRESS and self._part() is not None:
            return Action.DROP_TASK if self.dice.random() < DROPPING else Action.ANSWER_TASK
        choices = NEXT[state]
        what = self.dice.choices(list(choices), list(choices.values()))[0]
        again = what == Action.PROPOSE_EXTENSION and any(isinstance(row, Extension) for row in self.texts)
        return Action.CLOSE if again else what

    def _moment(self, state: State, what: Action) -> datetime:
        if what == Action.LAPSE and self.case.deadline_at is not None:
            return self.case.deadline_at + timedelta(minutes=self.dice.randint(1, 30))
        if state == State.CLOSED:
            days = 7 if self.said else 13  # whoever rated it did so within six days, and may object within fourteen
            return self.at + timedelta(minutes=self.dice.randint(60, days * 24 * 60))
        mean = self._mean(state) * (SLOWER_BY if self.dice.random() < SLOW else 1)
        minutes = 1 + int(self.dice.gammavariate(EVENNESS, mean / EVENNESS))
        return self.world.calendar.add_minutes(self.at, minutes) + timedelta(seconds=self.dice.randint(1, 59))

    def _mean(self, state: State) -> float:
        """Return the working minutes until the next action: people work towards the deadline, if it is not over."""
        running = next((clock for clock in self._own_clocks() if clock.paused_at is None), None)
        left = self.world.calendar.working_minutes(self.at, running.due_at) if running else 0
        mean = left * SHARE_OF_TIME if left and state != State.WAITING else MEANS[state]
        return mean * self.desk.pace if self.desk and state in AT_AGENCY else mean

    def _do(self, what: Action) -> None:
        getattr(self, f"do_{what}")()

    # ---- the actions ----

    def _file(self, seed: Seed) -> Case:
        self.case = self._new_case(seed)
        facts = {
            "channel": seed.channel,
            "chosen_agency": self.case.agency_id,
            "words": self.fingerprint(*filed_words(self.case, employee="", answers=())),
        }
        self._move(Action.FILE, State(self.case.state), by=self.case.citizen.user, facts=facts)
        return self.case

    def _new_case(self, seed: Seed) -> Case:
        citizen = self.dice.choice(self.world.citizens)
        subject, details = seed.write("subject", self.at)[:SUBJECT_LENGTH], seed.details(self.at)
        number = self.keys.of("'complaints_case_serial'")
        return Case(
            pk=self.keys.next(Case),
            reference=reference.make(year=timezone.localdate(self.at).year, serial=number),
            submission=uuid.UUID(int=self.dice.getrandbits(128), version=4),
            kind=seed.text.kind,
            channel=seed.channel,
            language=seed.text.language,
            citizen=citizen,
            hides_identity=seed.hides_identity,
            agency=seed.desk.agency if seed.desk else None,
            topic=seed.topic,
            subject=subject,
            details=details,
            governorate=seed.governorate,
            area=seed.place,
            state=State.REFERRED if seed.desk else State.TRIAGE,
            version=0,
            changed_at=self.at,
            chain=history.GENESIS,
            filed_at=self.at,
            limit_from=self.at,
        )

    def do_refer(self) -> None:
        former = self.case.agency
        self.desk = self._other_desk(former)
        self.say_of_case(Ruling, agency=self.desk.agency, by=self.world.cmu, at=self.at)
        self.case.agency, self.case.officer, self.case.promised_on = self.desk.agency, None, None
        self.case.directorate = None
        facts = {"agency": self.desk.agency.pk, "resets_limit": False, "words": self.fingerprint("")}
        self._move(Action.REFER, State.REFERRED, by=self.world.cmu, facts=facts, former=former)

    def do_archive(self) -> None:
        self.say_of_case(Ruling, text=ARCHIVED, by=self.world.cmu, at=self.at)
        self._close(self.world.cmu, Outcome.INADMISSIBLE)
        facts = {"words": self.fingerprint(ARCHIVED)}
        self._move(Action.ARCHIVE, State.CLOSED, by=self.world.cmu, facts=facts)

    def do_accept(self) -> None:
        days = self._promise()
        self.case.officer = self._officer
        directorate = self._directorate
        self.case.directorate = directorate
        facts = {"days": days, "directorate": directorate.pk if directorate else None}
        self._move(
            Action.ACCEPT, State.IN_PROGRESS, by=self._officer, facts=facts, due=self.world.calendar.due(self.at, days)
        )
        self.correct_topic()

    def do_decline(self) -> None:
        self._refuse(Action.DECLINE)

    def do_return(self) -> None:
        self._refuse(Action.RETURN)

    def _refuse(self, action: Action) -> None:
        former = self.case.agency
        other = self._other_desk(former).agency
        text = self.write("decline")
        self.say_of_case(
            Refusal,
            agency=former,
            proposed_agency=other,
            after_accepting=action == Action.RETURN,
            reason=RefusalReason.OTHER_AGENCY,
            text=text,
            by=self._officer,
            at=self.at,
        )
        facts = {"reason": "other_agency", "proposed_agency": other.pk, "words": self.fingerprint(text)}
        officer = self._officer
        self.desk = self.case.agency = self.case.officer = self.case.promised_on = self.case.directorate = None
        self.case.bounces += 1
        self._move(action, State.TRIAGE, by=officer, facts=facts, former=former)

    def do_ask(self) -> None:
        asker = self.world.cmu if self.desk is None else self._officer
        text = self.write("question")
        self.say_of_case(Question, text=text, asked_by=asker, asked_at=self.at)
        facts = {"words": self.fingerprint(text)}
        self._move(Action.ASK, State.WAITING, by=asker, facts=facts)

    def do_reply(self) -> None:
        question = self._last(Question)
        reply = self.write("reply")
        question.reply, question.replied_at, question.ended_at = reply, self.at, self.at
        question.reply_event_id = self.event_id
        facts = {"words": self.fingerprint(reply)}
        self._move(Action.REPLY, State(self.case.resumes_to), by=self.case.citizen.user, facts=facts)

    def do_lapse(self) -> None:
        question = self._last(Question)
        question.ended_at, question.lapse_event_id = self.at, self.event_id
        self._move(Action.LAPSE, State(self.case.resumes_to), by=None, facts={})

    def do_add(self) -> None:
        text = self.write("addition")
        self.say_of_case(Addition, text=text, at=self.at)
        facts = {"words": self.fingerprint(text), "files": 0}
        self.record(Action.ADD, State(self.case.state), by=self.case.citizen.user, facts=facts)

    def do_propose_extension(self) -> None:
        clock = self._running()
        days = min(EXTRA_DAYS, extensions.most_days(self.case, clock, calendar=self.world.calendar))
        new_on = self._later_day(days)
        if new_on is None:
            self.do_close()
            return
        self.say_of_case(
            Extension,
            state=ExtensionState.PROPOSED,
            days=days,
            old_on=timezone.localdate(clock.due_at),
            new_on=new_on,
            reason=EXTENSION_REASON,
            proposed_by=self._officer,
            proposed_at=self.at,
        )
        facts = {"new_on": new_on.isoformat(), "words": self.fingerprint(EXTENSION_REASON)}
        self.record(Action.PROPOSE_EXTENSION, State.IN_PROGRESS, by=self._officer, facts=facts)

    def do_extend(self) -> None:
        extension, clock = self._last(Extension), self._running()
        extension.decided_event_id = self.event_id
        if self._later_day(extension.days) is None:
            extension.state = ExtensionState.DROPPED
            self.do_close()
            return
        extension.state = ExtensionState.GRANTED
        extension.granted_by, extension.granted_at = self._supervisor, self.at
        clock.due_at = self.world.calendar.due(clock.due_at, extension.days)
        self._project(clock)
        self.case.last_action = Action.EXTEND
        facts = {"new_on": extension.new_on.isoformat()}
        self.record(Action.EXTEND, State.IN_PROGRESS, by=self._supervisor, facts=facts)

    def do_close(self) -> None:
        outcomes = OUTCOMES[self.case.kind]
        outcome = self.dice.choices(outcomes, [6, 2, 2, 1][: len(outcomes)])[0]
        self._close(self._officer, outcome)
        facts = self.write_answer(outcome)
        self._move(Action.CLOSE, State.CLOSED, by=self._officer, facts=facts)
        self.hear_citizen(outcome)

    def do_deliver(self) -> None:
        self._close(self._officer, Outcome.THANKED)
        facts = {"outcome": Outcome.THANKED, "directorate": None}
        self._move(Action.DELIVER, State.CLOSED, by=self._officer, facts=facts)

    def do_withdraw(self) -> None:
        if self.case.state == State.WAITING:
            self._last(Question).ended_at = self.at
        self._close(self.case.citizen.user, Outcome.WITHDRAWN)
        self._move(Action.WITHDRAW, State.CLOSED, by=self.case.citizen.user, facts={})

    def do_object(self) -> None:
        self.case.objections_made += 1
        text = self.write("objection")
        self.say_of_case(Objection, number=self.case.objections_made, text=text, made_at=self.at)
        self.case.closed_at, self.case.closed_by, self.case.outcome = None, None, ""
        facts = {"words": self.fingerprint(text)}
        self._move(Action.OBJECT, State.OBJECTED, by=self.case.citizen.user, facts=facts)

    def do_uphold(self) -> None:
        self._rule(ObjectionRuling.UPHELD)
        self.case.limit_from = self.at
        days = self._promise() if self.desk else 0
        facts = {"days": days, "words": self.fingerprint(UPHELD)}
        target = State.IN_PROGRESS if self.desk else State.TRIAGE
        due = self.world.calendar.due(self.at, days) if self.desk else None
        self._move(Action.UPHOLD, target, by=self.world.judge, facts=facts, due=due)

    def do_dismiss(self) -> None:
        self._rule(ObjectionRuling.DISMISSED)
        answers = [row for row in self.texts if isinstance(row, Answer)]
        self._close(self.world.judge, Outcome(answers[-1].outcome) if answers else Outcome.INADMISSIBLE)
        facts = {"words": self.fingerprint(DISMISSED)}
        self._move(Action.DISMISS, State.CLOSED, by=self.world.judge, facts=facts)

    # ---- what several actions share ----

    @property
    def _supervisor(self) -> User:
        assert self.desk is not None
        return self.desk.supervisor

    @property
    def _directorate(self) -> Directorate | None:
        return self.desk.directorates.get(self.seed.text.directorate) if self.desk else None

    def _later_day(self, days: int) -> date | None:
        """Return the day that the promise moves to by ``days`` working days, None where nobody may move it there."""
        clock, calendar = self._running(), self.world.calendar
        return extensions.granted_on(self.case, clock, days=days, at=self.at, calendar=calendar) if days else None

    def _close(self, by: User | None, outcome: Outcome) -> None:
        self.case.closed_at, self.case.closed_by, self.case.outcome = self.at, by, outcome

    def _proposed(self) -> Extension | None:
        extensions = (row for row in self.texts if isinstance(row, Extension))
        return next((row for row in extensions if row.state == ExtensionState.PROPOSED), None)

    def _rule(self, ruling: ObjectionRuling) -> None:
        objection = self._last(Objection)
        objection.ruling = ruling
        if ruling == ObjectionRuling.UPHELD:
            codes = list(causes())
            objection.cause = codes[self.case.pk % len(codes)]
        objection.reasons = UPHELD if ruling == ObjectionRuling.UPHELD else DISMISSED
        objection.ruled_by, objection.ended_at = self.world.judge, self.at
        objection.ruling_event_id = self.event_id
