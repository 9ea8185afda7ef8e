"""The nightly search for phenomena: joins new cases to those that are known, and proposes groups that grow."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import exp, lgamma, log
from typing import Final, NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.contact import BY_EMAIL, to_staff
from accounts.models import User, acting_as
from accounts.roles import UNIT_HEAD, Role
from agencies import successions
from agencies.calendar import WorkingCalendar
from agencies.models import Governorate, Topic, current_calendar
from complaints.models import Case, CaseQuerySet
from complaints.suggestions.suggestion_model import term_stems, terms_in
from complaints.workflow import Kind
from kit.arabic import fold
from kit.dates import day_digits
from notifications import outbox
from notifications.outbox import Notice
from notifications.periodic import RowRun
from reports.models import Phenomenon, PhenomenonCase, PhenomenonEntry, PhenomenonEntryKind, PhenomenonState
from reports.phenomena.actions import record

# ---- Finds groups of cases that grow: of one topic, alike in their words, in one place. No database, no
# chance.
#
# Texts of a topic are grouped in the order of filing: a text joins the group with whose first text it shares most
# word beginnings, from half of the shorter one's on, else it begins a group. In each group the people who wrote in
# the last four weeks are compared with those of the sixteen weeks before, in each area, each governorate, and
# everywhere. A group grows if so many recent people would come by chance in less than ``ALARM`` of all nights: the
# exact binomial tail, with the share that the other cases of the topic had in the last four weeks, times the number
# of places and topics looked at.


#: Days that count as recent, and the days before them.
RECENT_DAYS: Final = 28
BEFORE_DAYS: Final = 112
#: The fewest people who wrote recently, and the least growth against what was to be expected.
FEWEST: Final = 8
LEAST_GROWTH: Final = 2.0
#: The share of nights on which chance alone would raise an alarm, at most.
ALARM: Final = 0.01
#: The share of the shorter text's word beginnings that two texts of a group have in common.
LIKENESS: Final = 0.5
#: With fewer other cases of the topic, the cases of all topics tell what was to be expected.
FEWEST_OTHERS: Final = 30
#: Groups of one topic; texts that would begin a further one are left alone, which bounds the time.
MOST_GROUPS: Final = 400
#: The share of a group's texts that contain its stems, and how many stems are kept.
COMMON: Final = 0.5
MOST_STEMS: Final = 40


class CaseWords(NamedTuple):
    """A case as the search sees it: ``days`` before now, a key for its writer, its place, and its word beginnings."""

    case: int
    person: object
    days: int
    governorate: int | None
    area: str
    stems: frozenset[str]

    @property
    def is_recent(self) -> bool:
        """Tell whether it was filed in the last four weeks."""
        return self.days < RECENT_DAYS


class Place(NamedTuple):
    """An area of a governorate, a governorate without ``area``, or with neither everywhere."""

    governorate: int | None
    area: str


@dataclass(frozen=True)
class Growth:
    """A group that grows in a place: its cases, how many people wrote recently and before, and what was expected."""

    place: Place
    cases: Sequence[CaseWords]
    recent: int
    before: int
    expected: float
    stems: tuple[str, ...]


def growing(texts: Sequence[CaseWords], *, everything: tuple[int, int], topics: int = 1) -> list[Growth]:
    """Return the groups of ``texts``, all of one of so many ``topics``, that grow.

    ``everything`` counts the recent and the earlier cases of all topics.
    """
    cells = [(place, cases) for group in text_groups(texts) for place, cases in _places(group)]
    cells = [(place, cases) for place, cases in cells if _people(cases)[0] >= FEWEST]
    recent_of_topic = sum(text.is_recent for text in texts)
    found: list[Growth] = []
    taken: set[int] = set()
    for place, cases in sorted(cells, key=_narrowest_first):
        rest = [text for text in cases if text.case not in taken]
        growth = _growth(
            place, rest, (recent_of_topic, len(texts) - recent_of_topic), everything, tests=len(cells) * topics
        )
        if growth is not None:
            found.append(growth)
            taken |= {text.case for text in rest}
    return found


def _growth(
    place: Place, cases: Sequence[CaseWords], topic: tuple[int, int], everything: tuple[int, int], *, tests: int
) -> Growth | None:
    recent, before = _people(cases)
    if recent < FEWEST:
        return None
    own = sum(text.is_recent for text in cases)
    others = (topic[0] - own, topic[1] - (len(cases) - own))
    if sum(others) < FEWEST_OTHERS:
        others = (everything[0] - own, everything[1] - (len(cases) - own))
    share = (others[0] + 0.5) / (sum(others) + 1)
    expected = before * share / (1 - share)
    if recent < LEAST_GROWTH * expected or chance(recent, recent + before, share) * tests > ALARM:
        return None
    return Growth(place, cases, recent, before, expected, common_stems(cases))


def text_groups(texts: Sequence[CaseWords]) -> list[list[CaseWords]]:
    """Return the texts in groups of those alike, each in the order of filing."""
    groups: list[list[CaseWords]] = []
    by_stem: dict[str, list[int]] = defaultdict(list)
    for text in sorted(texts, key=lambda text: (-text.days, text.case)):
        shared = Counter(number for stem in text.stems for number in by_stem[stem])
        likeness = {
            number: count / min(len(text.stems), len(groups[number][0].stems)) for number, count in shared.items()
        }
        best = max(likeness, key=lambda number: (likeness[number], -number), default=None)
        if best is not None and likeness[best] >= LIKENESS:
            groups[best].append(text)
        elif text.stems and len(groups) < MOST_GROUPS:
            for stem in text.stems:
                by_stem[stem].append(len(groups))
            groups.append([text])
    return groups


def common_stems(cases: Sequence[CaseWords]) -> tuple[str, ...]:
    """Return the word beginnings that at least half of the cases share, the most frequent first: no one person's."""
    counts = Counter(stem for text in cases for stem in text.stems)
    common = [stem for stem, count in counts.items() if count >= COMMON * len(cases)]
    return tuple(sorted(common, key=lambda stem: (-counts[stem], stem))[:MOST_STEMS])


def is_alike(stems: frozenset[str], common: Sequence[str]) -> bool:
    """Tell whether a text has enough of the common word beginnings of a phenomenon."""
    return bool(common) and len(stems.intersection(common)) >= LIKENESS * len(common)


def chance(successes: int, trials: int, share: float) -> float:
    """Return the chance of ``successes`` or more in ``trials`` of one ``share`` each: the binomial tail."""
    if share <= 0:
        return float(successes <= 0)
    return min(1.0, sum(_binomial(number, trials, share) for number in range(successes, trials + 1)))


def _binomial(number: int, trials: int, share: float) -> float:
    ways = lgamma(trials + 1) - lgamma(number + 1) - lgamma(trials - number + 1)
    return exp(ways + number * log(share) + (trials - number) * log(1 - share))


def _places(group: Iterable[CaseWords]) -> Iterator[tuple[Place, list[CaseWords]]]:
    found: dict[Place, list[CaseWords]] = defaultdict(list)
    for text in group:
        for place in {
            Place(None, ""),
            Place(text.governorate, ""),
            Place(text.governorate, text.area if text.governorate else ""),
        }:
            found[place].append(text)
    yield from found.items()


def _people(cases: Iterable[CaseWords]) -> tuple[int, int]:
    """Return how many people wrote recently, and before; nobody counts twice in either."""
    recent: set[object] = set()
    before: set[object] = set()
    for text in cases:
        (recent if text.is_recent else before).add(text.person)
    return len(recent), len(before)


def _narrowest_first(cell: tuple[Place, list[CaseWords]]) -> tuple[bool, bool, int, str]:
    place, _cases = cell
    return (not place.area, place.governorate is None, place.governorate or 0, place.area)


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


# ---- Commitments about phenomena that fall due or are late: who is told, a level higher each working day. ----
#
# A commitment is kept once evidence was written after it. Nobody is told twice of the same day: a message is owed
# once for each occasion and person.


#: Working days before its day on which the owner is reminded, and days after it until which levels are told.
REMINDER_DAYS: Final = 2
LONGEST_DELAY: Final = timedelta(days=14)
#: Who is told of a delay after the first working day, the second, and so on.
LEVELS: Final = (Role.SUPERVISOR, Role.SECRETARY_GENERAL, Role.MINISTER_OFFICE, Role.PM_OFFICE)
_HEADS: Final = frozenset({Role.SUPERVISOR, Role.SECRETARY_GENERAL})


def tell_of_commitments(*, at: datetime) -> int:
    """Remind owners of commitments that fall due and tell the levels of late ones; return how many messages are new.

    Each commitment is a transaction. Safe to run twice and at the same time.
    """
    run, calendar, today, told = RowRun(TASK, "commitment", at=at), current_calendar(), timezone.localdate(at), 0
    for phenomenon in run.without_waiting(open_commitments(today)).select_related("owner").order_by("pk"):
        with run.row(phenomenon.pk):
            told += _tell(phenomenon, calendar, today=today, at=at)
    return told


def open_commitments(today: date) -> QuerySet[Phenomenon]:
    """Return the phenomena whose commitment falls due soon or is late, without evidence since it was made."""
    shown = PhenomenonEntry.objects.filter(
        phenomenon=OuterRef("pk"), kind=PhenomenonEntryKind.EVIDENCE, at__gte=OuterRef("committed_at")
    )
    between = (today - LONGEST_DELAY, today + LONGEST_DELAY)
    due = Phenomenon.objects.filter(state=PhenomenonState.ACCEPTED, due_on__range=between, owner__isnull=False)
    return due.filter(~Exists(shown))


def _tell(phenomenon: Phenomenon, calendar: WorkingCalendar, *, today: date, at: datetime) -> int:
    owner, due_on = phenomenon.owner, phenomenon.due_on
    if owner is None or due_on is None:
        return 0
    agency, made = successions.present_agency(owner, on=today), 0
    if today <= due_on:
        if calendar.days_between(today, due_on) <= REMINDER_DAYS:
            people = list(acting_as(_HEADS, today, agency=agency))
            made += _owe("commitment_reminder", phenomenon, people, occasion="reminder", at=at)
        return made
    for level in LEVELS[: calendar.days_between(due_on, today)]:
        place = None if level == Role.PM_OFFICE else agency
        # Of a level that nobody holds the head of the unit hears.
        people = list(acting_as({level}, today, agency=place)) or list(acting_as(UNIT_HEAD, today))
        made += _owe("commitment_late", phenomenon, people, occasion=level, at=at)
    return made


def _owe(template: str, phenomenon: Phenomenon, people: Sequence[User], *, occasion: str, at: datetime) -> int:
    full = f"commitment:{phenomenon.pk}:{phenomenon.due_on}:{occasion}"
    return len(outbox.owe(list(_notices(template, phenomenon, people)), occasion=full, at=at))


def _notices(template: str, phenomenon: Phenomenon, people: Sequence[User]) -> Iterator[Notice]:
    def words() -> dict[str, str]:
        owner, due_on = phenomenon.owner, phenomenon.due_on
        return {
            "agency": owner.short_name if owner else "",
            "date": day_digits(due_on) if due_on else "",
            "url": f"{settings.PUBLIC_URL}{reverse('phenomenon', args=[phenomenon.pk])}",
        }

    for user in people:
        yield from to_staff(template, user, words, by=BY_EMAIL)
