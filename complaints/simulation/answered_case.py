"""The answer to a simulated case, what the citizen says of it, and the correction of a topic that was mistaken."""

from __future__ import annotations

from datetime import datetime, timedelta

from complaints.answer_quality.judgement import Fault
from complaints.models import Answer, AnswerState, Classification, Rating, Solved, event_key
from complaints.simulation.case_rows import CaseRows
from complaints.simulation.chances import CHALLENGED, RATING, SAYING_MORE, SOLVED, TREATED
from complaints.simulation.texts import HOLLOW_DONE, HOLLOW_FOUND, SENT_BECAUSE
from complaints.workflow import NOT_RATED, Action, Outcome, State

#: When an answer is rated after it was given, and when a topic is corrected after the case was accepted.
FIRST_WORD, LAST_WORD = timedelta(hours=1), timedelta(days=6)
AFTER_ACCEPTING = timedelta(minutes=2)


class AnsweredCase(CaseRows):
    """The rows of a case until ``until``; ``said`` is what the citizen says of the newest answer, None if nothing."""

    until: datetime
    said: Solved | None = None

    def write_answer(self, outcome: Outcome) -> dict[str, object]:
        """Add the officer's answer and return the facts of its event; a few were challenged and sent all the same."""
        assert self.desk is not None
        found, done = self.write("found"), self.write(self.seed.text.answer_column(outcome))
        challenged: dict[str, str] = {}
        if self.dice.random() < CHALLENGED / self.desk.care:
            found, done = HOLLOW_FOUND, HOLLOW_DONE
            challenged = {"challenge": Fault.REFERRAL.value, "sent_because": SENT_BECAUSE}
        self.say_of_case(
            Answer,
            agency=self.case.agency,
            outcome=outcome,
            found=found,
            done=done,
            state=AnswerState.GIVEN,
            written_by=self.desk.officer,
            written_at=self.at,
            given_at=self.at,
            **challenged,
        )
        because = filter(None, [challenged.get("sent_because", "")])
        facts: dict[str, object] = {"outcome": outcome, "words": self.fingerprint(found, done, *because)}
        return facts | ({"challenged": challenged["challenge"]} if challenged else {})

    def hear_citizen(self, outcome: Outcome) -> None:
        """Let the citizen rate the answer that was just given, if there is time before ``until``."""
        self.said = None
        seconds = self.dice.randint(int(FIRST_WORD.total_seconds()), int(LAST_WORD.total_seconds()))
        at = self.at + timedelta(seconds=seconds)
        if outcome in NOT_RATED or self.dice.random() >= RATING or at >= self.until:
            return
        said = self._opinion(outcome)
        closing, self.at, self.said = event_key(self.case.pk, self.case.version), at, said
        text = self.write("objection") if said != Solved.YES and self.dice.random() < SAYING_MORE else ""
        treated = self.dice.choice((*TREATED[said], None))
        self.say_of_case(
            Rating,
            closing_id=closing,
            solved=said,
            treated=treated,
            text=text,
            made_at=at,
            changed_at=at,
        )
        facts = {"solved": said, "treated": treated, "words": self.fingerprint(text)}
        self.record(Action.RATE, State.CLOSED, by=self.case.citizen.user, facts=facts)

    def _opinion(self, outcome: Outcome) -> Solved:
        assert self.desk is not None
        yes, partly, no = SOLVED.get(outcome, SOLVED[Outcome.PARTLY])
        return self.dice.choices(list(Solved), [yes * self.desk.care, partly, no])[0]

    def correct_topic(self) -> None:
        """Let the officer correct the topic that the citizen had mistaken, if that was so."""
        before, at = self.seed.mistaken, self.at + AFTER_ACCEPTING
        if before is None or self.desk is None or at >= self.until:
            return
        self.at, kind, topic = at, self.case.kind, self.case.topic
        assert topic is not None
        self.say_of_case(
            Classification,
            topic_before=before,
            topic_after=topic,
            kind_before=kind,
            kind_after=kind,
            agency=self.case.agency,
            by=self.desk.officer,
            at=at,
        )
        facts = {"topic_before": before.pk, "topic_after": topic.pk, "kind_before": kind, "kind_after": kind}
        self.record(Action.CLASSIFY, State(self.case.state), by=self.desk.officer, facts=facts)

    def write(self, column: str) -> str:
        """Return what somebody writes now."""
        return self.seed.write(column, self.at)
