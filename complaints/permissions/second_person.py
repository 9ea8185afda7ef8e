"""The second person: a supervisor of the agency, or the unit where the agency has no other supervisor today.

The day of the decision counts, not that of the proposal: a supervisor who is away delays nothing, and one who is back
decides again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User, supervisors_of
from agencies.models import Agency
from complaints.models import AnswerState, Case
from complaints.workflow import SIGNERS, Actor
from kit.compiled_reads import CompiledRead


def has_no_other_supervisor(case: Case, first: UUID | None, *, at: datetime) -> bool:
    """Tell whether no supervisor of the case's agency other than ``first``, who proposes, could decide at ``at``.

    Nobody decides on a case they filed themselves; a deputy of an absent supervisor does decide.
    """
    if case.agency is None:
        return False
    people = {f"recused_{place}": who for place, who in enumerate(sorted(case.recused))}
    if first is not None:
        people["first"] = first
    return not _ANY_OTHER.rows(agency=case.agency.pk, citizen=case.citizen_id, on=timezone.localdate(at), **people)


def other_supervisors(case: Case, first: UUID, *, at: datetime) -> Sequence[User]:
    """Return the supervisors of the agency of ``case`` who could decide at ``at`` on what ``first`` proposes."""
    if case.agency is None:
        return ()
    on = timezone.localdate(at)
    return list(_others(agency=case.agency.pk, citizen=case.citizen_id, on=on, first=first, recused=case.recused))


def _others(
    *, agency: int, citizen: UUID, on: date, first: UUID | None, recused: Collection[UUID]
) -> QuerySet[User, User]:
    # Not ``exclude``: where no person is linked, SQL would leave everybody out.
    others = Q(person__isnull=True) | ~Q(person=citizen)
    people = supervisors_of(Agency(pk=agency), on, exclude=recused).filter(others)
    return people.exclude(pk=first) if first else people


def _any_other(
    _shape: None, *, agency: int, citizen: UUID, on: date, first: UUID | None = None, **recused: UUID
) -> QuerySet[User, Any]:
    found = _others(agency=agency, citizen=citizen, on=on, first=first, recused=list(recused.values()))
    return found.values_list("pk", flat=True)[:1]


_ANY_OTHER: Final = CompiledRead(_any_other)


def decides_on_date(case: Case, what: frozenset[Actor], *, proposer: UUID | None, is_first: bool, at: datetime) -> bool:
    """Tell whether somebody with the relations ``what`` to ``case`` decides on the date that ``proposer`` proposed.

    The supervisor decides on the first extension, and the unit on all others, also on the first where there is no
    other supervisor.
    """
    if is_first and Actor.SUPERVISOR in what:
        return True
    return Actor.CMU in what and (not is_first or has_no_other_supervisor(case, proposer, at=at))


def may_grant_date(
    case: Case, what: frozenset[Actor], user: User, *, proposer: UUID | None, is_first: bool, at: datetime
) -> bool:
    """Tell whether ``user``, with the relations ``what`` to ``case``, may grant the date that ``proposer`` proposed.

    Nobody grants their own proposal: a deputy with the supervisor's role who proposed it is no second person.
    """
    return proposer != user.pk and decides_on_date(case, what, proposer=proposer, is_first=is_first, at=at)


def may_sign(what: frozenset[Actor], user: User, *, writer: UUID | None) -> bool:
    """Tell whether ``user``, with the relations ``what`` to a case, may sign or send back the answer of ``writer``.

    False where nobody proposed one.
    """
    return writer not in {None, user.pk} and bool(SIGNERS & what)


def awaits_unit_signature(case: Case, *, at: datetime) -> bool:
    """Tell whether a proposed answer needs a signature that nobody at the agency of ``case`` can give today."""
    if not case.needs_second_signature:
        return False
    writer = case.answers.filter(state=AnswerState.PROPOSED).values_list("written_by", flat=True).first()
    return writer is not None and has_no_other_supervisor(case, writer, at=at)
