"""Cases as lists show them, the index of their words, what a worker keeps of suggestions, and counts of earlier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, QuerySet, TextChoices
from django.db.models.functions import Now
from django.utils.translation import get_language, gettext_lazy as _

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


# ---- The index of the search by words: which words a block of cases contains. ----


class SearchBlock(models.Model):
    """The words of a thousand cases with consecutive keys: the search skips a block that lacks a word.

    ``number`` times a thousand is the first key. A row exists only while it is up to date: a trigger deletes it when a
    case of the block is added or its words change, and ``complaints.search.word_forms`` writes it again.
    """

    CASES = 1000

    number = models.BigIntegerField(primary_key=True)
    search_vector = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["search_vector"], name="search_block_vector")]

    def __str__(self) -> str:
        return str(self.number)


# ---- What a worker has read in the texts of open cases: clues to an owner, and which cases are alike. ----


class SuggestionsDue(models.Model):
    """A case whose suggestions are to be made anew.

    A trigger adds a row in the transaction in which a case is filed, closed, reopened or comes to triage, or in which
    its words, topic, kind, place or agency change.
    """

    case_id = models.BigIntegerField(db_index=True)
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("suggestions due")

    def __str__(self) -> str:
        return str(self.case_id)


class OwnerClues(models.Model):
    """What topic, place and text say of the owner of a case in triage (``complaints.suggestions.clues.Clues``).

    ``edition`` names the rules, the reference data and the day by which they were read.
    """

    case = models.OneToOneField("complaints.Case", models.CASCADE, primary_key=True, related_name="+")
    edition = models.CharField(max_length=60)
    clues = models.JSONField()

    class Meta:
        verbose_name = _("clues to an owner")

    def __str__(self) -> str:
        return f"{self.case_id} {self.edition}"


class Likeness(models.Model):
    """That ``other``, an open case, is about the same thing as ``case``: the share of common shingles, from 0 to 1.

    Each pair has two rows, but for one whose places allow one direction only. Without foreign keys in the database,
    whose checks would make actions on either case wait for the worker.
    """

    case = models.ForeignKey(
        "complaints.Case", models.CASCADE, related_name="likenesses", db_constraint=False, db_index=False
    )
    other = models.ForeignKey("complaints.Case", models.CASCADE, related_name="alike", db_constraint=False)
    score = models.FloatField()

    class Meta:
        verbose_name = _("likeness")
        constraints = [
            models.UniqueConstraint(fields=["case", "other"], name="likeness_once_per_pair"),
            models.CheckConstraint(condition=~models.Q(case=models.F("other")), name="likeness_of_two_cases"),
            models.CheckConstraint(condition=models.Q(score__gte=0, score__lte=1), name="likeness_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.other_id}: {self.score}"


# ---- What became of earlier cases and promises: counts for each agency, directorate and topic, and what they
# foretell.


class AnswerRecord(models.Model):
    """How many working days answers took: the cases of twelve months, by agency and topic.

    ``answered[n]`` cases had their first answer ``n`` working days after they were filed, ``unanswered[n]`` were
    without one for so long when they were counted, or when they ended; the last number is of all longer times. Without
    an agency the row counts all agencies, without a topic all topics; a group counts its topics.
    """

    agency = models.ForeignKey("agencies.Agency", models.CASCADE, null=True, related_name="+")
    topic = models.ForeignKey("agencies.Topic", models.CASCADE, null=True, related_name="+")
    answered = ArrayField(models.PositiveIntegerField())
    unanswered = ArrayField(models.PositiveIntegerField())

    class Meta:
        verbose_name = _("times of answers")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "topic"], nulls_distinct=False, name="answer_record_once_per_agency_and_topic"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.topic_id}"


class PromiseRecord(models.Model):
    """What became of promises of ``span`` working days whose day came in twelve months.

    ``kept[n]`` were answered when ``n`` working days were left, ``missed`` too late or not yet. Without an agency,
    directorate or topic the row counts all of them.
    """

    agency = models.ForeignKey("agencies.Agency", models.CASCADE, null=True, related_name="+")
    directorate = models.ForeignKey("agencies.Directorate", models.CASCADE, null=True, related_name="+")
    topic = models.ForeignKey("agencies.Topic", models.CASCADE, null=True, related_name="+")
    span = models.PositiveSmallIntegerField()
    kept = ArrayField(models.PositiveIntegerField())
    missed = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("record of promises")
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "directorate", "topic", "span"], nulls_distinct=False, name="promise_record_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id} {self.directorate_id} {self.topic_id} {self.span}"


class PromiseForecast(models.Model):
    """An open promise that will more likely be missed than kept, by what became of ``basis`` promises like it."""

    case = models.OneToOneField("complaints.Case", models.CASCADE, primary_key=True, related_name="forecast")
    agency = models.ForeignKey("agencies.Agency", models.CASCADE, related_name="+")
    miss_percent = models.PositiveSmallIntegerField()
    basis = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("forecast of a promise")
        constraints = [
            models.CheckConstraint(condition=models.Q(miss_percent__lte=100), name="forecast_is_a_share"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.miss_percent} %"


class TrackRecordCount(models.Model):
    """When the records of an agency, or without one those of all agencies together, were last counted.

    ``open_promises`` were running then, ``unjudged`` of them without enough promises like them for a forecast.
    """

    agency = models.OneToOneField("agencies.Agency", models.CASCADE, null=True, related_name="+")
    counted_on = models.DateField(null=True)
    open_promises = models.PositiveIntegerField(default=0)
    unjudged = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("count of records")
        constraints = [
            models.UniqueConstraint(fields=["agency"], nulls_distinct=False, name="track_record_count_once"),
        ]

    def __str__(self) -> str:
        return f"{self.agency_id}: {self.counted_on}"
