"""The decision panel of a case page: the buttons a person gets, from the table and from what waits to be signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils.translation import gettext

from accounts.models import User
from complaints.models import Case
from complaints.permissions import policy, second_person
from complaints.staff.case_file import Pending, pending_of
from complaints.workflow import ACTIONS, AT_AGENCY, SIGNERS, WRITERS, Action, Actor, Holder, State


@dataclass(frozen=True)
class Button:
    """One thing to do: the name of its page, its words, its picture and its key on the keyboard."""

    to: str
    text: str
    icon: str
    key: str = ""


@dataclass(frozen=True)
class Panel:
    """The question a case puts to a person, the answers to it, what else moves it, and what is done beside it."""

    question: str
    answers: Sequence[Button]
    others: Sequence[Button]
    asides: Sequence[Button] = ()

    def __bool__(self) -> bool:
        return bool(self.answers or self.others or self.asides)


@dataclass(frozen=True)
class Sight:
    """A case as one person sees it at a moment: what they are to it, what they may say, what waits for a second one."""

    case: Case
    user: User
    actors: frozenset[Actor]
    actions: frozenset[Action]
    pending: Pending
    at: datetime

    def may(self, what: Action) -> bool:
        """Tell whether this person may do ``what``, as the table of acts says."""
        rule = ACTIONS[what]
        return self.case.state in rule.sources and bool(rule.who & self.actors)

    @property
    def may_sign(self) -> bool:
        """Tell whether an answer waits for this person's signature: one's who did not write it."""
        writer = self.pending.answer_by
        return Action.CLOSE in self.actions and bool(SIGNERS & self.actors) and writer not in {None, self.user.pk}

    @property
    def may_close(self) -> bool:
        """Tell whether this person may write the answer."""
        return Action.CLOSE in self.actions and bool(WRITERS & self.actors)

    @property
    def may_propose_date(self) -> bool:
        """Tell whether a later date can be proposed: one at a time."""
        return self.may(Action.PROPOSE_EXTENSION) and self.pending.extension_by is None

    @property
    def may_refuse_date(self) -> bool:
        """Tell whether this person may say no to a proposed date, also while the citizen is asked."""
        return self.may(Action.REFUSE_EXTENSION) and self._decides_on_date

    @property
    def may_send_back(self) -> bool:
        """Tell whether this person may send a proposed answer back: a supervisor who did not write it."""
        return self.may(Action.SEND_BACK) and self.pending.answer_by not in {None, self.user.pk}

    @property
    def may_drop_task(self) -> bool:
        """Tell whether an answer of another agency can be done without."""
        return self.may(Action.DROP_TASK) and self.pending.tasks

    @property
    def may_consult(self) -> bool:
        """Tell whether a directorate can be asked: as long as the agency itself has the case in hand."""
        return self.may(Action.CONSULT) and self.case.holder == Holder.AGENCY

    @property
    def may_revoke(self) -> bool:
        """Tell whether a directorate has the case in hand; while the citizen is asked its section offers the same."""
        return self.may(Action.REVOKE) and self.case.holder == Holder.DIRECTORATE

    @property
    def may_hand_over(self) -> bool:
        """Tell whether an outside centre can get the case: as long as the agency itself has it in hand."""
        return self.may(Action.HAND_OVER) and self.case.holder == Holder.AGENCY

    @property
    def may_take_back(self) -> bool:
        """Tell whether an outside centre has the case, also while the citizen is asked."""
        return self.may(Action.TAKE_BACK) and self.pending.handover

    @property
    def may_clear(self) -> bool:
        """Tell whether somebody keeps off the case, and this person may take that back."""
        return self.may(Action.END_RECUSAL) and bool(self.case.recused)

    @property
    def may_grant_date(self) -> bool:
        """Tell whether a proposed date waits for this person."""
        return Action.EXTEND in self.actions and self.pending.extension_by != self.user.pk and self._decides_on_date

    @cached_property
    def _decides_on_date(self) -> bool:
        proposer, is_first = self.pending.extension_by, not self.pending.extension_before
        # Asked whether or not a date waits, so that a page costs the same with and without.
        decides = second_person.decides_on_date(
            self.case, self.actors, proposer=proposer, is_first=is_first, at=self.at
        )
        return proposer is not None and decides


def sight_of(case: Case, user: User, *, at: datetime) -> Sight:
    """Return what ``user`` sees in ``case``, which comes from ``casefile.with_papers``."""
    actors = policy.actors(case, user, at=at)
    return Sight(case, user, actors, policy.actions_among(case, actors, at=at), pending_of(case), at)


def panel_of(sight: Sight, *, may_correct: bool) -> Panel:
    """Return the panel of a case; ``may_correct`` tells that the notice of its closing has not left yet."""
    buttons = [button for button in _buttons(sight) if may_correct or button.to != "desk-correct"]
    leading = _LEADING.get(State(sight.case.state), ())
    answers = [button for button in buttons if button.to in leading]
    others = [button for button in buttons if button.to not in leading and button.to not in _ASIDE]
    asides = [button for button in buttons if button.to in _ASIDE]
    return Panel(_question(sight.case) if answers else "", answers, others, asides)


#: What answers the question of a state; everything else stands below.
_LEADING: dict[State, tuple[str, ...]] = {
    State.TRIAGE: ("desk-refer",),
    State.REFERRED: ("desk-accept", "desk-decline"),
    State.IN_PROGRESS: ("desk-sign", "desk-close"),
    State.OBJECTED: ("desk-uphold", "desk-dismiss"),
}
#: What is done beside the decisions and moves nothing: it stands last.
_ASIDE = frozenset(
    {
        "desk-note",
        "desk-call",
        "desk-assign",
        "desk-hand-over",
        "desk-take-back",
        "desk-link",
        "desk-label",
        "desk-remind",
        "desk-concern",
        "desk-clear",
        "desk-paper",
    }
)


def _question(case: Case) -> str:
    match case.state:
        case State.TRIAGE:
            return gettext("Whose is it?")
        case State.REFERRED:
            return gettext("Is it within your competence?")
        case State.OBJECTED:
            return gettext("Is the objection right?")
    return gettext("What is the answer?")


def _buttons(sight: Sight) -> list[Button]:
    said, in_triage = sight.actions, sight.case.state == State.TRIAGE
    refer = gettext("Refer to an agency") if in_triage else gettext("Take back and refer elsewhere")
    shown = [
        (Action.REFER in said, "desk-refer", refer, "swap", "T"),
        (Action.ACCEPT in said, "desk-accept", gettext("Yes, accept"), "check", "A"),
        (Action.DECLINE in said, "desk-decline", gettext("No, decline with a reason"), "x", "R"),
        (sight.may_sign, "desk-sign", gettext("Read and sign the proposed answer"), "check", "S"),
        (sight.may_close, "desk-close", _close_words(sight), "check", "C"),
        (Action.ASK in said, "desk-ask", gettext("Ask the citizen"), "ask", "Q"),
        (sight.may_propose_date, "desk-extend", gettext("Propose a later date"), "clock", "L"),
        (sight.may_grant_date, "desk-grant", gettext("Decide on the proposed date"), "clock", "G"),
        (sight.may_refuse_date, "desk-refuse-extension", gettext("Refuse the later date"), "x", ""),
        (sight.may_send_back, "desk-send-back", gettext("Send the proposed answer back"), "backward", ""),
        (sight.may(Action.ANSWER_TASK), "desk-task-answer", gettext("Answer for your agency"), "check", "A"),
        (sight.may_consult, "desk-consult", gettext("Ask a directorate"), "msg", "D"),
        (sight.may_revoke, "desk-revoke", gettext("Take the request back"), "backward", ""),
        (sight.may(Action.ADD_TASK), "desk-task", gettext("Ask another agency for its part"), "fork", "O"),
        (sight.may_drop_task, "desk-task-drop", gettext("Do without another agency's answer"), "x", ""),
        (Action.RETURN in said, "desk-return", gettext("Return: not within our competence"), "undo", "R"),
        (Action.ARCHIVE in said, "desk-archive", gettext("Close without referral"), "file", "E"),
        (Action.UPHOLD in said, "desk-uphold", gettext("Yes, uphold it"), "check", ""),
        (Action.DISMISS in said, "desk-dismiss", gettext("No, dismiss it with reasons"), "x", ""),
        (Action.CORRECT in said, "desk-correct", gettext("Take the closing back"), "backward", ""),
        (sight.may_take_back, "desk-take-back", gettext("Record the centre's answer"), "check", ""),
        (sight.may(Action.ASSIGN), "desk-assign", gettext("Give the case to a colleague"), "user", "P"),
        (sight.may(Action.NOTE), "desk-note", gettext("Write a note"), "pen", "N"),
        (sight.may(Action.LINK), "desk-link", gettext("Link to another case"), "link", ""),
        (sight.may(Action.CALL), "desk-call", gettext("Log a call"), "phone", ""),
        (sight.may(Action.LABEL), "desk-label", gettext("Labels"), "star", "B"),
        (
            sight.may(Action.REMIND) and sight.case.state in AT_AGENCY,
            "desk-remind",
            gettext("Send a reminder"),
            "bell",
            "",
        ),
        (sight.may(Action.RECUSE), "desk-concern", _aside_words(sight), "lock", ""),
        (sight.may_clear, "desk-clear", gettext("Let a colleague handle the case again"), "backward", ""),
        (True, "desk-paper", gettext("The file as a PDF"), "print", ""),
        (sight.may_hand_over, "desk-hand-over", gettext("Hand over to an outside centre"), "exit", ""),
    ]
    return [Button(to, text, icon, key) for is_shown, to, text, icon, key in shown if is_shown]


def _aside_words(sight: Sight) -> str:
    if sight.actors & {Actor.SUPERVISOR, Actor.CMU}:
        return gettext("Set a colleague aside: it is about them")
    return gettext("Set yourself aside: it is about you")


def _close_words(sight: Sight) -> str:
    if sight.pending.answer_by:
        return gettext("Write the answer anew")
    return gettext("Answer at once") if sight.case.state == State.REFERRED else gettext("Close with an answer")
