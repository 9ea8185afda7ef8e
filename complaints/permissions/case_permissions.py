"""What one person may do to one case: pages and their buttons ask it.

The rules themselves are those that the actions enforce: ``policy`` and ``rulings``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from accounts.models import User
from complaints.models import Case
from complaints.permissions import policy, readers, rulings
from complaints.permissions.rulings import Pending, pending
from complaints.workflow import ACTIONS, AT_AGENCY, WRITERS, Action, Actor, Holder, State


@dataclass(frozen=True)
class CasePermissions:
    """What ``user`` may do to ``case`` at ``at``; each rule is asked once, when it is first needed."""

    case: Case
    user: User
    pending: Pending
    at: datetime

    @cached_property
    def actors(self) -> frozenset[Actor]:
        """Return the user's relations to the case."""
        return policy.actors(self.case, self.user, at=self.at)

    @cached_property
    def transitions(self) -> frozenset[Action]:
        """Return the actions the user may do now that change the state of the case."""
        has_open_tasks = self.pending.has_open_tasks
        return policy.actions_among(self.case, self.actors, at=self.at, has_open_tasks=has_open_tasks)

    def may(self, action: Action) -> bool:
        """Tell whether the table of actions lets the user do ``action`` in the present state to a case of this kind."""
        rule = ACTIONS[action]
        is_possible = self.case.state in rule.sources and policy.suits_kind(self.case, action)
        return is_possible and bool(rule.who & self.actors)

    @property
    def may_sign(self) -> bool:
        """Tell whether a proposed answer waits for the user's signature."""
        return Action.CLOSE in self.transitions and self._is_second_person

    @property
    def may_send_back(self) -> bool:
        """Tell whether the user may send the proposed answer back."""
        return self.may(Action.SEND_BACK) and self._is_second_person

    @property
    def _is_second_person(self) -> bool:
        return rulings.may_sign(self.actors, self.user, writer=self.pending.answer_writer)

    @property
    def may_close(self) -> bool:
        """Tell whether the user may close the case with an answer of their own."""
        return Action.CLOSE in self.transitions and self.may_write_answer

    @property
    def may_write_answer(self) -> bool:
        """Tell whether the user is among those who answer the case, even if it cannot be closed now."""
        return bool(WRITERS & self.actors)

    @property
    def may_propose_date(self) -> bool:
        """Tell whether the user may propose a later date, which they may not while another one is proposed."""
        return self.may(Action.PROPOSE_EXTENSION) and self.pending.extension_proposer is None

    @property
    def may_grant_date(self) -> bool:
        """Tell whether a proposed date waits for the user's decision."""
        is_own = self.pending.extension_proposer == self.user.pk
        return Action.EXTEND in self.transitions and not is_own and self._decides_on_date

    @property
    def may_refuse_date(self) -> bool:
        """Tell whether the user may refuse the proposed date, also while the citizen is asked."""
        return self.may(Action.REFUSE_EXTENSION) and self._decides_on_date

    @property
    def owes_date_decision(self) -> bool:
        """Tell whether a date that somebody else proposed waits for the user, also while the citizen is asked."""
        return self.may_refuse_date and self.pending.extension_proposer != self.user.pk

    @cached_property
    def _decides_on_date(self) -> bool:
        proposer, is_first = self.pending.extension_proposer, not self.pending.extension_was_granted
        return proposer is not None and rulings.decides_on_date(
            self.case, self.actors, proposer=proposer, is_first=is_first, at=self.at
        )

    @property
    def may_drop_task(self) -> bool:
        """Tell whether the user may drop the task of another agency."""
        return self.may(Action.DROP_TASK) and self.pending.has_open_tasks

    @property
    def may_consult(self) -> bool:
        """Tell whether the user may ask a directorate: only while the agency itself holds the case."""
        return self.may(Action.CONSULT) and self.case.holder == Holder.AGENCY

    @property
    def may_revoke(self) -> bool:
        """Tell whether the user may take the case back from the directorate that holds it."""
        return self.may(Action.REVOKE) and self.case.holder == Holder.DIRECTORATE

    @property
    def may_hand_over(self) -> bool:
        """Tell whether the user may hand the case to an outside centre: while nobody else works on it."""
        is_free = self.case.holder in {Holder.AGENCY, Holder.CITIZEN} and not self.pending.is_handed_over
        return self.may(Action.HAND_OVER) and is_free and self.case.agency_id is not None

    @property
    def may_take_back(self) -> bool:
        """Tell whether the user may record the answer of an outside centre, also while the citizen is asked."""
        return self.may(Action.TAKE_BACK) and self.pending.is_handed_over

    @property
    def may_clear_urgent(self) -> bool:
        """Tell whether the case has the urgent mark and the user may take it off."""
        return self.case.is_urgent and self.may(Action.CLEAR_URGENT)

    @property
    def may_remind(self) -> bool:
        """Tell whether there is somebody at the agency whom the user may remind."""
        return self.may(Action.REMIND) and self.case.state in AT_AGENCY

    @property
    def may_ask_explanation(self) -> bool:
        """Tell whether the user may ask why the case is late: once until the desk has answered."""
        is_late = readers.is_late_at_agency(self.case, at=self.at)
        return self.may(Action.ASK_EXPLANATION) and is_late and not self.pending.is_to_explain

    @property
    def may_explain(self) -> bool:
        """Tell whether the leadership waits for the user's desk to say why the case is late."""
        return self.may(Action.EXPLAIN) and self.pending.is_to_explain

    @property
    def may_end_recusal(self) -> bool:
        """Tell whether somebody is recused whose recusal the user may end."""
        return self.may(Action.END_RECUSAL) and bool(self.case.recused)

    @property
    def may_recuse_others(self) -> bool:
        """Tell whether the user may recuse colleagues, and not only themselves."""
        return bool(self.actors & {Actor.SUPERVISOR, Actor.CMU})

    @property
    def is_involved(self) -> bool:
        """Tell whether the user, of the unit, handled the case before the objection, so that a colleague decides it."""
        ruling = self.case.state == State.OBJECTED and Actor.CMU in self.actors
        return ruling and Actor.UNINVOLVED_CMU not in self.actors


def case_permissions(case: Case, user: User, *, at: datetime) -> CasePermissions:
    """Return what ``user`` may do to ``case`` at ``at``; the case comes from ``pending.with_pending``."""
    return CasePermissions(case, user, pending(case), at)
