"""The nightly search for phenomena: joins new cases to those that are known, and proposes groups that grow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Count, Q
from django.utils import translation
from django.utils.translation import gettext

from agencies.models import Governorate, Topic
from complaints.models import Case, CaseQuerySet
from complaints.suggestions.terms import term_stems, terms_in
from complaints.workflow import Kind
from kit.arabic import fold
from notifications.periodic import RowRun
from reports.models import Phenomenon, PhenomenonCase, PhenomenonEntryKind, PhenomenonState
from reports.phenomena.actions import record
from reports.phenomena.clustering import (
    BEFORE_DAYS,
    FEWEST,
    RECENT_DAYS,
    CaseWords,
    Growth,
    Place,
    growing,
    is_alike,
)

TASK: Final = "reports.find_phenomena"
#: Cases of one topic that are compared, the newest; and characters of a text.
MOST_CASES: Final = 5000
LONGEST: Final = 1000
#: The share of a growing group's recent cases that are in a phenomenon already: then the group is that phenomenon.
KNOWN: Final = 1 / 3
#: The language in which a proposal is named.
_LANGUAGE: Final = "ar"


def find_phenomena(*, at: datetime) -> int:
    """Search the cases of the last twenty weeks, a topic at a time; return how many phenomena were proposed.

    Each topic is a transaction. A second run on the same cases proposes nothing. Cases with erased words are left out.
    """
    run, count = RowRun(TASK, "topic", at=at), 0
    filed = (
        _filed(at)
        .values("topic")
        .annotate(recent=Count("pk", filter=Q(filed_at__gt=at - timedelta(days=RECENT_DAYS))), all=Count("pk"))
    )
    numbers = {row["topic"]: (row["recent"], row["all"] - row["recent"]) for row in filed.order_by("topic")}
    everything = (sum(recent for recent, _ in numbers.values()), sum(before for _, before in numbers.values()))
    topics = [topic for topic, (recent, _before) in numbers.items() if recent >= FEWEST]
    for topic in topics:
        if str(topic) not in run.waiting:
            with run.row(topic):
                count += _search(topic, everything, topics=len(topics), at=at)
    return count


def _search(topic: int, everything: tuple[int, int], *, topics: int, at: datetime) -> int:
    """Join and propose what the cases of one topic show; return how many phenomena were proposed."""
    texts = case_words(topic, at=at)
    _follow(topic, texts, at=at)
    found = growing(texts, everything=everything, topics=topics)
    return sum(_propose(topic, growth, at=at) for growth in found if not _is_known(growth))


def _filed(at: datetime) -> CaseQuerySet:
    since = at - timedelta(days=RECENT_DAYS + BEFORE_DAYS)
    return Case.objects.filter(filed_at__gt=since, filed_at__lte=at, erased_at=None).exclude(kind=Kind.PRAISE)


def case_words(topic: int, *, at: datetime) -> list[CaseWords]:
    """Return the newest cases of a topic as the search sees them; one statement."""
    rows = _filed(at).filter(topic=topic).order_by("-filed_at", "-pk")
    columns = ("pk", "citizen", "filed_at", "governorate", "area", "folded")
    return [
        CaseWords(case, citizen, (at - filed_at).days, governorate, fold(area).strip(), word_stems(folded))
        for case, citizen, filed_at, governorate, area, folded in rows.values_list(*columns)[:MOST_CASES]
    ]


def word_stems(folded: str) -> frozenset[str]:
    """Return the beginnings of the words that carry the meaning of a folded text."""
    return frozenset(stem for stem in term_stems(terms_in(folded[:LONGEST])) if stem.endswith("~"))


def _follow(topic: int, texts: Sequence[CaseWords], *, at: datetime) -> None:
    """Join the recent cases that are like a phenomenon the unit accepted, or has not decided on yet."""
    states = (PhenomenonState.PROPOSED, PhenomenonState.ACCEPTED)
    for phenomenon in Phenomenon.objects.filter(topic=topic, state__in=states).exclude(stems=[]):
        known = set(phenomenon.cases.values_list("case", flat=True))
        new = [text for text in texts if text.is_recent and text.case not in known and _shows(text, phenomenon)]
        _join(phenomenon, new, at=at)


def _shows(text: CaseWords, phenomenon: Phenomenon) -> bool:
    is_there = phenomenon.governorate_id in {None, text.governorate}
    is_near = not phenomenon.area or fold(phenomenon.area).strip() == text.area
    return is_there and is_near and is_alike(text.stems, phenomenon.stems)


def _join(phenomenon: Phenomenon, texts: Iterable[CaseWords], *, at: datetime) -> None:
    rows = [PhenomenonCase(phenomenon=phenomenon, case_id=text.case, joined_at=at) for text in texts]
    PhenomenonCase.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)


def _is_known(growth: Growth) -> bool:
    """Tell whether a phenomenon has these cases already; one that was dismissed is not proposed again."""
    recent = [text.case for text in growth.cases if text.is_recent]
    rows = PhenomenonCase.objects.filter(case__in=recent).values_list("phenomenon", flat=True)
    return max(Counter(rows).values(), default=0) >= KNOWN * len(recent)


def _propose(topic: int, growth: Growth, *, at: datetime) -> int:
    with transaction.atomic():
        phenomenon = Phenomenon.objects.create(
            name=_name(Topic.objects.get(pk=topic), growth.place)[:120],
            topic_id=topic,
            governorate_id=growth.place.governorate,
            area=_area(growth),
            state=PhenomenonState.PROPOSED,
            stems=list(growth.stems),
            recent=growth.recent,
            before=growth.before,
            proposed_at=at,
            version=0,
        )
        _join(phenomenon, growth.cases, at=at)
        record(phenomenon, PhenomenonEntryKind.PROPOSED, by=None, at=at)
    return 1


def _area(growth: Growth) -> str:
    """Return the name of the area as it was written most often."""
    if not growth.place.area:
        return ""
    cases = Case.objects.filter(pk__in=[text.case for text in growth.cases])
    return Counter(cases.order_by("pk").values_list("area", flat=True)).most_common(1)[0][0]


def _name(topic: Topic, place: Place) -> str:
    with translation.override(_LANGUAGE):
        where = [place.area] if place.area else []
        if place.governorate is not None:
            where.append(Governorate.objects.get(pk=place.governorate).name)
        words = {"topic": topic.name, "place": gettext(", ").join(where)}
        return gettext("%(topic)s: %(place)s") % words if where else topic.name
