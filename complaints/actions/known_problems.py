"""Known problems: published, changed and ended by the unit or an agency, and joined by people instead of filing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.models import Citizen, User
from accounts.roles import CMU, CONTACT_CENTRE, SUPERVISION
from agencies import reference_changes
from agencies.models import Agency, ChangeKind, City, Governorate, KnownProblem, Topic
from agencies.reference_changes import Author
from complaints.engine.transition import NotEntitled
from complaints.models import Channel, ProblemJoin

#: The task that tells of ends.
TELLING: Final = "complaints.tell_of_ended_problems"


class NoSuchProblem(LookupError):
    """There is no such problem, or the user may not change it."""


class ProblemOver(Exception):
    """The problem is over: nobody joins it, and nobody changes it any more."""


class ProblemOvertaken(Exception):
    """Somebody else changed the problem since the page was opened; ``problem`` is what it says now."""

    def __init__(self, problem: KnownProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, kw_only=True)
class ProblemText:
    """What is published of a problem: whose it is (None for the unit), about what, where, from when until when."""

    agency: Agency | None
    topic: Topic
    governorate: Governorate | None
    city: City | None
    text_ar: str
    text_en: str
    starts_at: datetime
    ends_at: datetime


# ---- who publishes ----


def publishing_agencies(user: User, *, at: datetime) -> Sequence[Agency | None]:
    """Return for whom ``user`` publishes: supervisors for their agencies, the unit for itself (None) and for all."""
    authority, today = user.authority(at), timezone.localdate(at)
    agencies = Agency.objects.existing(on=today)
    if authority.has(CMU):
        return [None, *agencies.filter(is_complainable=True)]
    return list(agencies.filter(pk__in=authority.agencies(SUPERVISION)))


def may_change(problem: KnownProblem, user: User, *, at: datetime) -> bool:
    """Tell whether ``user`` changes or ends ``problem``: the unit every one, supervisors those of their agency."""
    authority = user.authority(at)
    return authority.has(CMU) or problem.agency_id in authority.agencies(SUPERVISION)


# ---- published, changed, ended ----


def publish(text: ProblemText, *, by: User, at: datetime) -> KnownProblem:
    """Publish a problem, and record who did; the form offers only what ``publishing_agencies`` returns."""
    with transaction.atomic():
        made = KnownProblem.objects.create(**_values(text), published_at=at, changed_at=at)
        reference_changes.note(made, _recorded(text), kind=ChangeKind.ADDED, author=Author(by.pk, at))
    return made


def change(key: int, text: ProblemText, *, seen: str, by: User, at: datetime) -> None:
    """Change a problem that is not over, and record who did; ``seen`` is the moment of the change the page showed.

    Locks the problem. Raises ``NoSuchProblem``, ``ProblemOver`` and ``ProblemOvertaken``.
    """
    with transaction.atomic():
        held, moment = _locked_to_change(key, by=by, at=at)
        if held.changed_at.isoformat() != seen:
            raise ProblemOvertaken(held)
        _write(held, _values(text) | {"changed_at": moment})
        reference_changes.note(held, _recorded(text), kind=ChangeKind.CHANGED, author=Author(by.pk, moment))


def end(key: int, *, by: User, at: datetime) -> None:
    """End a problem now, and record who did; everybody who joined is told by the task that tells of ends.

    Locks the problem. Raises ``NoSuchProblem`` and ``ProblemOver``.
    """
    with transaction.atomic():
        held, moment = _locked_to_change(key, by=by, at=at)
        ends = {"starts_at": min(held.starts_at, moment), "ends_at": moment}
        _write(held, ends | {"changed_at": moment})
        reference_changes.note(held, {"ends_at": moment}, kind=ChangeKind.ENDED, author=Author(by.pk, moment))
        transaction.on_commit(_wake, robust=True)


def hand_on(key: int, agency: Agency, *, author: Author) -> None:
    """Let a problem belong to the agency that does the work from now on; one that is over stays as it was.

    Locks the problem. Raises ``NoSuchProblem``.
    """
    with transaction.atomic():
        held, moment = _locked_problem(key, at=author.at)
        if held.is_over(at=moment):
            return
        _write(held, {"agency": agency, "changed_at": moment})
        reference_changes.note(held, {"agency": agency.pk}, kind=ChangeKind.CHANGED, author=Author(author.by, moment))


def _wake() -> None:
    """Tell a worker that people are to be told; without a broker the schedule finds them within a minute."""
    with suppress(OperationalError):
        current_app.send_task(TELLING, queue="chores", ignore_result=True)


def _locked_to_change(key: int, *, by: User, at: datetime) -> tuple[KnownProblem, datetime]:
    held, moment = _locked_problem(key, at=at)
    if not may_change(held, by, at=at):
        raise NoSuchProblem
    if held.is_over(at=moment):
        raise ProblemOver
    return held, moment


def _locked_problem(key: int, *, at: datetime) -> tuple[KnownProblem, datetime]:
    """Return the problem locked, and the moment, which is never before its last change; raises ``NoSuchProblem``."""
    problems = KnownProblem.objects.select_for_update(of=("self",), no_key=True)
    held = problems.for_reading().filter(pk=key).first()
    if held is None:
        raise NoSuchProblem
    return held, max(at, held.changed_at)


def _write(held: KnownProblem, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        setattr(held, name, value)
    held.save(update_fields=sorted(values))


def _values(text: ProblemText) -> dict[str, object]:
    return {name: getattr(text, name) for name in ProblemText.__dataclass_fields__}


def _recorded(text: ProblemText) -> dict[str, object]:
    rows = {name: getattr(text, name) for name in ("agency", "topic", "governorate", "city")}
    return _values(text) | {name: row.pk if row else None for name, row in rows.items()}


# ---- joined ----


def join(key: int, *, citizen: Citizen, by: User, at: datetime, channel: str = Channel.WEB) -> ProblemJoin:
    """Let a person have a known problem too; a second press returns the first row.

    ``by`` is the citizen or an agent of the contact centre, else ``NotEntitled`` is raised. Locks the problem: who
    comes after its end, or before it begins, gets ``ProblemOver``; raises ``NoSuchProblem``.
    """
    if by.pk != citizen.user_id and not by.authority(at).has(CONTACT_CENTRE):
        raise NotEntitled
    with transaction.atomic():
        held, moment = _locked_problem(key, at=at)
        if not held.is_open(at=moment):
            raise ProblemOver
        entered_by = None if by.pk == citizen.user_id else by
        values = {"joined_at": moment, "channel": channel, "entered_by": entered_by}
        return ProblemJoin.objects.get_or_create(problem=held, citizen=citizen, defaults=values)[0]


def leave(key: int, *, citizen: Citizen) -> bool:
    """Take back that a person has a problem too, while nothing was told; False if there was nothing to take back."""
    taken_back, _rows = ProblemJoin.objects.filter(problem=key, citizen=citizen, told_at=None).delete()
    return bool(taken_back)
