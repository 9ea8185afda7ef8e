"""The decision panel of a case page: the buttons a person gets, from the table and from what waits to be signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from complaints import policy
from complaints.casefile import Pending, pending_of
from complaints.workflow import Act, Actor, State, Verb

if TYPE_CHECKING:
    from accounts.models import User
    from complaints.models import Case


@dataclass(frozen=True)
class Button:
    """One thing to do: the name of its page, its words, its picture and its key on the keyboard."""

    to: str
    text: str
    icon: str
    key: str = ""


@dataclass(frozen=True)
class Panel:
    """The question a case puts to a person, the answers to it, and what else can be done."""

    question: str
    answers: Sequence[Button]
    others: Sequence[Button]

    def __bool__(self) -> bool:
        return bool(self.answers or self.others)


@dataclass(frozen=True)
class Sight:
    """A case as one person sees it now: what they are to it, what they may say, what waits for a second one."""

    case: Case
    user: User
    actors: frozenset[Actor]
    verbs: frozenset[Verb]
    pending: Pending

    @property
    def may_sign(self) -> bool:
        """Tell whether an answer waits for this person's signature: a supervisor's who did not write it."""
        writer = self.pending.answer_by
        return Verb.CLOSE in self.verbs and Actor.SUPERVISOR in self.actors and writer not in {None, self.user.pk}

    @property
    def may_propose_date(self) -> bool:
        """Tell whether a later date can be proposed: one at a time."""
        states, who = policy.ACTS[Act.PROPOSE_EXTENSION]
        return self.case.state in states and bool(who & self.actors) and not self.pending.extension

    @property
    def may_grant_date(self) -> bool:
        """Tell whether a proposed date waits for this person: the supervisor grants the first, the unit the others."""
        needed = Actor.CMU if self.pending.extension_before else Actor.SUPERVISOR
        return Verb.EXTEND in self.verbs and self.pending.extension and needed in self.actors


def sight_of(case: Case, user: User, *, at: datetime) -> Sight:
    """Return what ``user`` sees in ``case``, which comes from ``casefile.with_papers``."""
    actors = policy.actors(case, user, at=at)
    return Sight(case, user, actors, policy.verbs_among(case, actors, at=at), pending_of(case))


def panel_of(sight: Sight, *, may_correct: bool) -> Panel:
    """Return the panel of a case; ``may_correct`` tells that the notice of its closing has not left yet."""
    buttons = [button for button in _buttons(sight) if may_correct or button.to != "desk-correct"]
    leading = _LEADING.get(State(sight.case.state), ())
    answers = [button for button in buttons if button.to in leading]
    others = [button for button in buttons if button.to not in leading]
    return Panel(_question(sight.case) if answers else "", answers, others)


#: What answers the question of a state; everything else stands below.
_LEADING: dict[State, tuple[str, ...]] = {
    State.TRIAGE: ("desk-refer",),
    State.REFERRED: ("desk-accept", "desk-decline"),
    State.IN_PROGRESS: ("desk-sign", "desk-close"),
}


def _question(case: Case) -> str:
    match case.state:
        case State.TRIAGE:
            return gettext("Whose is it?")
        case State.REFERRED:
            return gettext("Is it within your competence?")
    return gettext("What is the answer?")


def _buttons(sight: Sight) -> list[Button]:
    said, in_triage = sight.verbs, sight.case.state == State.TRIAGE
    refer = gettext("Refer to an agency") if in_triage else gettext("Take back and refer elsewhere")
    shown = [
        (Verb.REFER in said, "desk-refer", refer, "swap", "T"),
        (Verb.ACCEPT in said, "desk-accept", gettext("Yes, accept"), "check", "A"),
        (Verb.DECLINE in said, "desk-decline", gettext("No, decline with a reason"), "x", "R"),
        (sight.may_sign, "desk-sign", gettext("Read and sign the proposed answer"), "check", "S"),
        (Verb.CLOSE in said, "desk-close", _close_words(sight), "check", "C"),
        (Verb.ASK in said, "desk-ask", gettext("Ask the citizen"), "ask", "Q"),
        (sight.may_propose_date, "desk-extend", gettext("Propose a later date"), "clock", "L"),
        (sight.may_grant_date, "desk-grant", gettext("Decide on the proposed date"), "clock", "G"),
        (Verb.RETURN in said, "desk-return", gettext("Return: not within our competence"), "swap", "R"),
        (Verb.ARCHIVE in said, "desk-archive", gettext("Close without referral"), "file", "E"),
        (Verb.CORRECT in said, "desk-correct", gettext("Take the closing back"), "backward", ""),
    ]
    return [Button(to, text, icon, key) for is_shown, to, text, icon, key in shown if is_shown]


def _close_words(sight: Sight) -> str:
    if sight.pending.answer_by:
        return gettext("Write the answer anew")
    return gettext("Answer at once") if sight.case.state == State.REFERRED else gettext("Close with an answer")
