"""What waits for somebody's own decision: proposals to sign or grant, objections, cases no agency takes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import CMU, Role
from complaints.permissions import rulings
from kit.statements import Condition, Statement, one_line

_FOLDER: Final = Path(__file__).parent
_SUPERVISOR: Final = frozenset({Role.SUPERVISOR})


class Matter(models.TextChoices):
    """What is to be decided."""

    DATE = "date", _("Later date to decide")
    ANSWER = "answer", _("Answer to sign")
    OBJECTION = "objection", _("Objection to decide")
    OWNER = "owner", _("Binding referral to decide")


class Waiting(NamedTuple):
    """A case with something to decide."""

    case_id: int
    matter: str


class DeciderCount(NamedTuple):
    """How many cases wait for a supervisor."""

    decider: UUID
    number: int


_WAITING: Final = one_line(_FOLDER / "to_decide.sql")
_OF_PERSON: Final = one_line(_FOLDER / "to_decide_of.sql").replace("{waiting}", _WAITING)
_EACH: Final = one_line(_FOLDER / "to_decide_each.sql")
_AMONG: Final = Statement(_FOLDER / "to_decide_among.sql", Waiting)
_COUNTS: Final = Statement(_FOLDER / "to_decide_counts.sql", DeciderCount)


def decides_on_proposals(user: User, *, at: datetime) -> bool:
    """Tell whether anything can wait for the decision of ``user``: a supervisor, or one of the unit."""
    authority = user.authority(at)
    return authority.has(CMU) or bool(authority.agencies(_SUPERVISOR))


def to_decide(user: User, *, at: datetime) -> Condition:
    """Return the condition for the cases that wait for a decision of ``user``, among those at their desk.

    It says what ``policy`` and ``second_person`` allow, in one statement; a test compares them.
    """
    found = _of_person(user, at=at)
    return Condition(f"complaints_case.id IN (SELECT case_id FROM ({found.text}) AS to_decide)", found.values)  # noqa: S608 - text of ours


def each_to_decide(user: User, *, at: datetime) -> Condition:
    """Return a statement for the keys of the same cases, each once, which a count with a limit can end early."""
    found = _of_person(user, at=at)
    return Condition(_EACH.replace("{of_person}", found.text), found.values)


def matters(user: User, keys: Collection[int], *, at: datetime) -> Mapping[int, Matter]:
    """Return what ``user`` has to decide on each of the cases ``keys``; one statement, none without keys."""
    rows = _AMONG.prepared_rows({"of_person": _of_person(user, at=at)}, keys=list(keys)) if keys else ()
    return {row.case_id: Matter(row.matter) for row in rows}


def supervisors_who_decide(*, at: datetime) -> Mapping[UUID, int]:
    """Return how many cases wait for each supervisor, by their key; one statement."""
    return {row.decider: row.number for row in _COUNTS.rows({"waiting": Condition(_WAITING, _moment(at))})}


def _of_person(user: User, *, at: datetime) -> Condition:
    return Condition(_OF_PERSON, {**_moment(at), "decider": user.pk, "is_unit": user.authority(at).has(CMU)})


def _moment(at: datetime) -> dict[str, object]:
    return {"today": timezone.localdate(at), "bounces": rulings.bounces_before_ruling()}
