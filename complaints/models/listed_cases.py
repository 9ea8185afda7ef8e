"""Cases as lists show them: a typed row each, read in one statement, without the texts and the person of the case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db.models import F, QuerySet, TextChoices
from django.utils.translation import get_language

from accounts.models import Citizen
from complaints.models.channels import Channel
from complaints.workflow import Kind, State
from kit.compiled_reads import CompiledRead, numbered
from kit.statements import Condition, Statement


@dataclass
class ListedCase:
    """One case of a list, its names in the language of the reader.

    ``partner_task_due_at`` is the deadline of the task of a partner agency, where the list is one of tasks.
    ``citizen`` is set where ``with_citizens`` read it, for a reader who may not know the person, and
    ``representatives`` are then those who were ever confirmed to speak for that person.
    """

    id: int
    reference: str
    version: int
    subject: str
    kind: str
    channel: str
    state: str
    hides_identity: bool
    is_urgent: bool
    agency_id: int | None
    citizen_id: UUID
    filed_at: datetime
    deadline_at: datetime | None
    closed_at: datetime | None
    partner_task_due_at: datetime | None
    citizen_name: str
    is_matched: bool
    topic: str | None
    agency: str | None
    directorate: str | None
    officer: str | None
    tags: Sequence[str]
    citizen: Citizen | None = field(default=None, init=False, compare=False)
    representatives: Sequence[Citizen] = field(default=(), init=False, compare=False)

    @property
    def pk(self) -> int:
        """Return the key."""
        return self.id

    @property
    def kind_label(self) -> str:
        """Return the name of the kind."""
        return _label(Kind, self.kind, get_language())

    @property
    def channel_label(self) -> str:
        """Return the name of the channel."""
        return _label(Channel, self.channel, get_language())

    @property
    def state_label(self) -> str:
        """Return the name of the state."""
        return _label(State, self.state, get_language())


@lru_cache(maxsize=128)
def _label(choices: type[TextChoices], code: str, _language: str | None) -> str:
    """Return the name of a code; a list has dozens of the same few."""
    return str(choices(code).label)


@dataclass(frozen=True)
class ListOptions:
    """What a list shows beside the case: labels of ``homes``; deadlines of partner tasks, of ``agencies`` or of all.

    With ``shows_asked`` the directorate is the one that was asked, where one was.
    """

    homes: Collection[int] = ()
    agencies: Collection[int] = ()
    is_unit: bool = False
    shows_tasks: bool = False
    shows_asked: bool = False


_PLAIN: Final = ListOptions()
_LISTED: Final = Statement(Path(__file__).with_name("listed_cases.sql"), ListedCase)


def listed_cases(
    chosen: Condition, order: Sequence[str], options: ListOptions = _PLAIN, *, is_common: bool = False
) -> list[ListedCase]:
    """Return the cases for which ``chosen`` holds, sorted by ``order``: names of columns, ``-`` before a falling one.

    One statement, whatever the number of cases; its plan is kept where it ``is_common``, asked alike by many people.
    """
    sorting = ", ".join(f"{name[1:]} DESC" if name.startswith("-") else name for name in order)
    values: dict[str, Any] = {**vars(options), "english": get_language() == "en"}
    values |= {"homes": sorted(options.homes), "agencies": sorted(options.agencies)}
    ask = _LISTED.prepared_rows if is_common else _LISTED.rows
    return ask({"chosen": chosen, "order": Condition(sorting.replace("pk", "id"))}, **values)


def by_keys(keys: Collection[int]) -> Condition:
    """Return the condition for the cases with ``keys``."""
    return Condition("complaints_case.id = ANY(%(keys)s::bigint[])", {"keys": list(keys)})


def _people(_shape: None, **keys: UUID) -> QuerySet[Citizen]:
    """Return the citizens with ``keys`` and who was confirmed to speak for them, each with whom they stand for."""
    themselves = Citizen.objects.filter(pk__in=keys.values()).annotate(stands_for=F("pk"))
    speaking = Citizen.objects.filter(mandates_held__person__in=keys.values(), mandates_held__decided_at__isnull=False)
    return themselves.union(speaking.annotate(stands_for=F("mandates_held__person")), all=True)


#: One text for each number of citizens, of which a page has few.
_PEOPLE: Final = CompiledRead(_people, is_prepared=True)


def with_citizens(cases: Iterable[ListedCase]) -> None:
    """Read the people whose names are redacted in ``cases``; one statement, none where there are no cases."""
    wanted = [case for case in cases if case.citizen is None]
    keys = numbered("key", {case.citizen_id for case in wanted})
    people: dict[UUID, list[Citizen]] = defaultdict(list)
    for citizen in _PEOPLE.rows(**keys) if keys else ():
        people[citizen.stands_for].append(citizen)  # type: ignore[attr-defined] # annotated
    for case in wanted:
        case.citizen = next(one for one in people[case.citizen_id] if one.pk == case.citizen_id)
        case.representatives = [one for one in people[case.citizen_id] if one.pk != case.citizen_id]
