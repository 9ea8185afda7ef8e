"""The clues to the owner of a case: what the rules say of its topic and place, and what its text reads like.

Reading a text takes milliseconds. A worker keeps the clues to the cases in triage; what is not kept, or has
changed since, is read when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from itertools import chain
from time import monotonic
from typing import Any, Final, Self

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from agencies.models import Agency, Governorate, Topic
from agencies.routing import Matter, owners_for
from complaints.models import Case, OwnerClues, SuggestionsDue
from complaints.suggestions import similar, suggestion_model
from complaints.suggestions.everyday import hint_for, topic_scores
from complaints.suggestions.suggestion_model import MOST_TOPICS, Guess, Query, SuggestionModel, current_model
from complaints.workflow import State
from kit.compiled_reads import CompiledRead, numbered
from notifications.periodic import RowRun

#: Maximum number of agencies guessed from the text, shown after those from rules, rulings and people.
MOST_GUESSES = 3


@dataclass(frozen=True)
class Description:
    """What a person wrote about the case, as far as the search for an owner needs it."""

    kind: str
    topic: Topic | None
    governorate: Governorate | None
    text: str
    place: str

    @classmethod
    def of(cls, case: Case) -> Self:
        """Return the description of a case, without a statement if its topic and governorate are loaded."""
        text, place = f"{case.subject} {case.details}", f"{case.area} {case.place}"
        return cls(case.kind, case.topic, case.governorate, text, place)


@dataclass(frozen=True)
class Clues:
    """Keys of agencies by rule and by usage, guesses from the text, and the topic that it reads like by which words."""

    owner: int | None = None
    usual: int | None = None
    guesses: Sequence[Guess] = ()
    other_topic: int | None = None
    other_words: Sequence[str] = ()

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Return the clues that a row keeps."""
        return cls(**{**kept, "guesses": [Guess(**guess) for guess in kept["guesses"]]})

    def as_kept(self) -> dict[str, Any]:
        """Return the clues as a row keeps them."""
        return asdict(self)

    @property
    def agencies(self) -> set[int]:
        """Return the keys of all agencies named."""
        named = {self.owner, self.usual, *(guess.agency for guess in self.guesses)}
        return {key for key in named if key is not None}

    @property
    def topics(self) -> set[int]:
        """Return the keys of all topics named."""
        named = {self.other_topic, *(guess.topic for guess in self.guesses)}
        return {key for key in named if key is not None}


@dataclass(frozen=True)
class Rows:
    """The agencies and topics that clues name, by key."""

    agencies: dict[int, Agency] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)

    def load(self, clues: Iterable[Clues], agencies: Iterable[int] = ()) -> None:
        """Load what is named and not at hand, and ``agencies``, in two statements at most."""
        owners: set[int] = set(agencies).union(*(one.agencies for one in clues)) - self.agencies.keys()
        topics: set[int] = set().union(*(one.topics for one in clues)) - self.topics.keys()
        self.agencies.update({agency.pk: agency for agency in _AGENCIES.rows(**numbered("agency", owners))})
        self.topics.update(_topics(topics))


_AGENCIES: Final = CompiledRead(
    lambda _shape, **keys: Agency.objects.filter(pk__in=list(keys.values())), is_prepared=True
)
_TOPICS: Final = CompiledRead(
    lambda _shape, **keys: Topic.objects.filter(pk__in=list(keys.values())).select_related(
        "parent", "suggested_agency"
    ),
    is_prepared=True,
)


def clues_to(cases: Sequence[Case], *, at: datetime, agencies: Iterable[int] = ()) -> tuple[list[Clues], Rows]:
    """Return the clues to each of ``cases``, kept ones or read ones, and the rows that they name, with ``agencies``."""
    kept = _kept(cases)
    unread = [case for case in cases if case.pk not in kept]
    read, rows = clues_in([Description.of(case) for case in unread], at=at) if unread else ([], Rows())
    kept |= {case.pk: one for case, one in zip(unread, read, strict=True)}
    found = [kept[case.pk] for case in cases]
    rows.load(found, agencies)
    return found, rows


def _kept(cases: Sequence[Case]) -> dict[int, Clues]:
    """Return the kept clues by the key of the case, without those of cases that changed since; one statement."""
    rows = _KEPT.rows(**numbered("case", [case.pk for case in cases]))
    return {case: Clues.of(clues) for case, clues in rows}


def _kept_rows(_shape: None, **cases: int) -> QuerySet[OwnerClues, Any]:
    changed = SuggestionsDue.objects.filter(case_id=OuterRef("case"))
    return OwnerClues.objects.filter(~Exists(changed), case__in=list(cases.values())).values_list("case", "clues")


_KEPT: Final = CompiledRead(_kept_rows, is_prepared=True)


# ---- reading ----


def clues_in(descriptions: Sequence[Description], *, at: datetime) -> tuple[list[Clues], Rows]:
    """Read the clues to each, in two statements for all once the model of this process is loaded."""
    model, on = current_model(at=at), timezone.localdate(at)
    scores = [topic_scores(one.text, kind=one.kind, at=at) for one in descriptions]
    read = [
        model.topics_read(one.text, kind=one.kind) if known is None else list(known)[:MOST_TOPICS]
        for one, known in zip(descriptions, scores, strict=True)
    ]
    others = [other_topic(one, at=at) for one in descriptions]
    topics = _topics({key for keys in [*read, [key for key, _words in others if key]] for key in keys})
    owners = _owners(model, descriptions, read, topics, on=on)
    found = []
    for place, (one, keys) in enumerate(zip(descriptions, read, strict=True)):
        own = one.topic.pk if one.topic else None
        by_topic = {key: _key(owners[place, key]) for key in keys if key in topics}
        clues = Clues(
            owner=_key(owners.get((place, own))) if own else None,
            usual=_key(_usual(model, one.topic, one)) if one.topic else None,
            guesses=_guesses(model, one, by_topic, scores[place]),
            other_topic=others[place][0],
            other_words=others[place][1],
        )
        found.append(clues)
    return found, Rows({agency.pk: agency for agency in owners.values() if agency}, dict(topics))


def other_topic(description: Description, *, at: datetime) -> tuple[int | None, Sequence[str]]:
    """Return the key of the topic that a text clearly reads like instead of its own, and the words that say so."""
    own = description.topic.pk if description.topic else None
    if hint := hint_for(description.text, kind=description.kind, topic=own, at=at):
        return hint.topic.pk, hint.words
    return current_model(at=at).other_topic(description.text, kind=description.kind, topic=own), ()


def _topics(keys: set[int]) -> Mapping[int, Topic]:
    return {topic.pk: topic for topic in _TOPICS.rows(**numbered("topic", keys))}


def _key(agency: Agency | None) -> int | None:
    return agency.pk if agency else None


def _usual(model: SuggestionModel, topic: Topic, description: Description) -> Agency | None:
    """Return the usual agency of a topic where it serves the governorate of the case."""
    usual, governorate = topic.suggested_agency, description.governorate.pk if description.governorate else None
    return usual if usual and model.serves(usual.pk, governorate) else None


def _owners(
    model: SuggestionModel,
    descriptions: Sequence[Description],
    read: Sequence[Sequence[int]],
    topics: Mapping[int, Topic],
    *,
    on: date,
) -> Mapping[tuple[int, int | None], Agency | None]:
    """Return the agency by rule for each case's topic and suggested topics; for the latter else the usual agency."""
    asked: list[tuple[int, Topic, Agency | None]] = []
    for place, (one, keys) in enumerate(zip(descriptions, read, strict=True)):
        asked += [(place, topics[key], _usual(model, topics[key], one)) for key in keys if key in topics]
        if one.topic:
            asked.append((place, one.topic, None))
    matters = [
        Matter(topic, descriptions[place].governorate, descriptions[place].place) for place, topic, _usual in asked
    ]
    found = owners_for(matters, on) if matters else []
    return {(place, topic.pk): owner or usual for (place, topic, usual), owner in zip(asked, found, strict=True)}


def _guesses(
    model: SuggestionModel,
    description: Description,
    owners: Mapping[int, int | None],
    scores: Mapping[int, float] | None,
) -> Sequence[Guess]:
    """Return the guesses from the text; a topic that does not narrow down the owner is ignored."""
    if description.topic and description.topic.withheld_from_agency:
        return []
    topic = description.topic.pk if description.topic and model.is_telling(description.topic.pk) else None
    governorate = description.governorate.pk if description.governorate else None
    asked = Query(f"{description.text} {description.place}", governorate, topic)
    return model.guesses(asked, {} if topic else owners, scores=scores)[:MOST_GUESSES]


# ---- Keeps what the texts of open cases suggest, so that no page reads them: clues to owners, and cases that
# are alike.
#
# What a transaction changes it notes itself (``SuggestionsDue``), so that nothing is missed. Each case is done in a
# transaction of its own, which ends with its notes: what was interrupted is done again.


TASK: Final = "complaints.keep_suggestions"
#: Seconds after which a run leaves the rest to the next one, and cases that it asks for at once.
DRAIN_SECONDS, BATCH = 10.0, 100
#: The advisory lock of whoever is at a case: two at once would wait for each other's rows.
LOCK: Final = 4_107_002


def keep(*, at: datetime, seconds: float = DRAIN_SECONDS) -> int:
    """Make the suggestions of the cases that are due; return of how many. Safe to run twice and at the same time."""
    ends, count = monotonic() + seconds, 0
    run, edition = RowRun(TASK, "case", at=at), suggestion_model.newest(at=at).edition
    while monotonic() < ends and (keys := _due(run, edition)):
        for key in keys:
            with run.row(key):
                count += _keep(key, edition, at=at)
    return count


def _due(run: RowRun, edition: str) -> Sequence[int]:
    """Return cases that changed, the newest change first, then those in triage without clues of this edition."""
    changed = run.without_waiting(SuggestionsDue.objects.all(), field="case_id")
    current = OwnerClues.objects.filter(case=OuterRef("pk"), edition=edition)
    unread = run.without_waiting(Case.objects.filter(~Exists(current), state=State.TRIAGE))
    keys = chain(
        changed.order_by("-pk").values_list("case_id", flat=True)[:BATCH],
        unread.order_by("pk").values_list("pk", flat=True)[:BATCH],
    )
    return list(dict.fromkeys(keys))


def _keep(key: int, edition: str, *, at: datetime) -> int:
    """Make the suggestions of one case, one process after the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    # Before the case itself: what is noted later is done once more.
    notes = list(SuggestionsDue.objects.filter(case_id=key).values_list("pk", flat=True))
    if notes:
        similar.renew(key)
    _keep_clues(key, edition, at=at)
    SuggestionsDue.objects.filter(pk__in=notes).delete()
    return 1


def _keep_clues(key: int, edition: str, *, at: datetime) -> None:
    related = ("topic__parent", "topic__suggested_agency", "governorate")
    case = Case.objects.select_related(*related).filter(pk=key, state=State.TRIAGE).first()
    if case is None:
        OwnerClues.objects.filter(case=key).delete()
        return
    (clues,), _rows = clues_in([Description.of(case)], at=at)
    kept = {"edition": edition, "clues": clues.as_kept()}
    OwnerClues.objects.update_or_create(case_id=key, defaults=kept)
