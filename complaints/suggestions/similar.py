"""Cases about the same thing: found by their words, ranked by shared trigrams, kept by a worker for pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from django.contrib.postgres.search import SearchQuery, quote_lexeme
from django.db.models import F, Q, QuerySet

from accounts.models import User
from agencies.models import Governorate
from complaints.models import Case, CaseQuerySet, Draft, Likeness
from complaints.permissions.readers import ANY_MOMENT, ReaderShape, reader_shape
from complaints.suggestions.suggestion_model import STEM, terms_with_order, trigrams
from complaints.workflow import State
from kit.arabic import strip_prefixes
from kit.compiled_reads import CompiledRead, numbered

#: From this share on, two texts of one governorate are about the same thing: measured, see docs/routing.md.
LEAST = 0.65
#: Maximum number of words in the query for candidates; a case must contain two of them.
MOST_TERMS = 6
#: Maximum number of candidates compared, the newest: bounds the cost when a whole country complains about one thing.
MOST_CANDIDATES = 40
#: A subject with fewer words than this is filled up from the details, to at most twice as many.
FEWEST_TERMS = 4
#: Maximum characters of a text that are compared; longer texts are mostly copies of letters.
LONGEST = 1000
#: How long a report counts as recent.
LATELY = timedelta(days=14)
#: The smallest number of other people that is shown: a smaller one could reveal that one particular person
#: complained. Fewer are shown as none.
FEWEST_SHOWN = 3
#: Similar cases shown at once.
MOST = 5


@dataclass(frozen=True)
class Similar:
    """A case about the same thing, and the share of common shingles, from 0 to 1."""

    case: Case
    score: float


def wording(subject: str, details: str) -> str:
    """Return the text of a case for comparison: the subject on a line of its own."""
    return f"{subject}\n{details}"


def similar_to(
    text: str,
    *,
    scope: CaseQuerySet,
    exclude: Case | None = None,
    limit: int = MOST,
    place: Governorate | None = None,
    since: datetime | None = None,
    least: float = LEAST,
) -> list[Similar]:
    """Return the cases of ``scope`` most like ``text``, whose first line is its subject, the best first.

    ``place`` limits them to a governorate, ``since`` to those filed from then on. Two statements; the first uses the
    index of words, so that its cost does not grow with the number of cases. ``scope``, from ``visible_to`` or
    ``at_desk_of``, decides which cases the reader may learn of.
    """
    found = _narrowed(scope, exclude=exclude, place=place, since=since)
    return _best(scored(text, found), limit=limit, least=least)


def _best(found: Iterable[tuple[int, object, float]], *, limit: int, least: float) -> list[Similar]:
    scores = {key: score for key, _citizen, score in found if score >= least}
    best = sorted(scores, key=lambda key: (-scores[key], -key))[:limit]
    listed = _LISTED.rows(**numbered("case", best)) if best else []
    cases = {case.pk: case for case in listed}
    return [Similar(cases[key], scores[key]) for key in best if key in cases]


_LISTED: Final = CompiledRead(
    lambda _shape, **keys: Case.objects.filter(pk__in=list(keys.values())).for_listing(), is_prepared=True
)


def likeness(one: str, other: str) -> float:
    """Return the share of one text's shingles that the other contains, the higher of both ways, from 0 to 1."""
    return _Shingles(one).likeness(_Shingles(other))


def _narrowed(
    scope: CaseQuerySet, *, exclude: Case | None, place: Governorate | None, since: datetime | None
) -> CaseQuerySet:
    found = scope.exclude(pk=exclude.pk) if exclude else scope
    if place is not None:
        found = found.filter(governorate=place)
    return found.filter(filed_at__gte=since) if since else found


class _Shingles:
    """The trigrams of a text: ``core`` of its main words, looked for in the ``whole`` of other texts."""

    def __init__(self, text: str, *, folded: str = "") -> None:
        """``folded`` is the whole text as the database keeps it, where it is at hand."""
        subject, _, details = text[:LONGEST].partition("\n")
        self.terms = list(dict.fromkeys(terms_with_order(subject)))
        if len(self.terms) < FEWEST_TERMS:
            self.terms = list(dict.fromkeys([*self.terms, *terms_with_order(details)]))[
                : max(len(self.terms), 2 * FEWEST_TERMS)
            ]
        self.core = trigrams(" ".join(self.terms))
        self.whole = trigrams(folded[:LONGEST] or strip_prefixes(f"{subject} {details}"))

    @property
    def query(self) -> str:
        """Return the query for candidates: two of the words, with any endings, or the only one; empty without words."""
        chosen = sorted(self.terms, key=len, reverse=True)[:MOST_TERMS]
        words = [f"{quote_lexeme(term[: max(STEM, len(term) - 2)])}:*" for term in chosen]
        if len(words) <= 1:
            return "".join(words)
        # Each word with any of those after it: a third of the cost of listing every pair.
        pairs = (f"{word} & ({' | '.join(words[place:])})" for place, word in enumerate(words[:-1], 1))
        return " | ".join(f"({pair})" for pair in pairs)

    def likeness(self, other: _Shingles) -> float:
        """Return the share of one core that the other whole contains, the higher of both ways."""
        return max(_share(self.core, other.whole), _share(other.core, self.whole))


def _share(core: frozenset[str], whole: frozenset[str]) -> float:
    return len(core & whole) / len(core) if core else 0.0


def scored(text: str, scope: CaseQuerySet) -> list[tuple[int, object, float]]:
    """Return key, person and likeness of the newest candidates of ``scope``; one statement, none without words."""
    shingles = _Shingles(text)
    return _compared(shingles, _candidates(scope, shingles.query)) if shingles.query else []


def _candidates(found: CaseQuerySet, words: str) -> QuerySet[Case, tuple[int, UUID, str, str, str]]:
    # Ordered by an expression: by the bare key the planner may scan back through cases without the words.
    query = SearchQuery(words, config="simple", search_type="raw")
    rows = found.filter(search_vector=query).order_by(F("pk") * -1)
    return rows.values_list("pk", "citizen", "subject", "details", "folded")[:MOST_CANDIDATES]


def _compared(shingles: _Shingles, texts: Iterable[tuple[int, UUID, str, str, str]]) -> list[tuple[int, object, float]]:
    return [
        (key, citizen, shingles.likeness(_Shingles(wording(subject, details), folded=folded)))
        for key, citizen, subject, details, folded in texts
    ]


# ---- while filing ----


@dataclass(frozen=True)
class Reported:
    """For the check page before filing: own open cases about the same thing, and how many others reported it.

    Of others only their number, from ``FEWEST_SHOWN`` on: no texts, no names, and nobody who hid the identity.
    """

    own: Sequence[Similar]
    people: int

    def __bool__(self) -> bool:
        return bool(self.own or self.people)


def reported_before(draft: Draft, *, at: datetime) -> Reported:
    """Return what was reported already about the same thing; three statements."""
    text = wording(draft.subject, draft.details)
    is_open = Case.objects.exclude(state=State.CLOSED)
    own = similar_to(text, scope=is_open.filter(citizen=draft.citizen_id), limit=3)
    return Reported(own, _people_near(draft, text, at=at))


def _people_near(draft: Draft, text: str, *, at: datetime) -> int:
    """Return how many other people reported the same thing in the governorate lately.

    0 where the governorate is unknown, and for fewer than ``FEWEST_SHOWN``.
    """
    if draft.governorate is None:
        return 0
    others = Case.objects.filter(hides_identity=False).exclude(state=State.CLOSED).exclude(citizen=draft.citizen_id)
    near = others.filter(governorate=draft.governorate, filed_at__gte=at - LATELY)
    people = len({citizen for _key, citizen, score in scored(text, near) if score >= LEAST})
    return people if people >= FEWEST_SHOWN else 0


# ---- Open cases about the same thing, as a worker compared them, for whoever may see them. ----


# ---- for the page ----


def beside(case: Case, user: User, *, at: datetime) -> list[Similar]:
    """Return the open cases at the desk of ``user`` about the same thing in the same governorate; one statement."""
    shape, values = reader_shape(user, at=at)
    return [Similar(other, cast("Any", other).score) for other in _BESIDE.rows(shape, case=case.pk, **values)]


def _beside(shape: ReaderShape, *, case: int, **values: Any) -> CaseQuerySet:
    at_desk = Case.objects.at_desk_of(cast("User", shape.reader(values)), at=ANY_MOMENT).exclude(state=State.CLOSED)
    others = at_desk.filter(alike__case=case).annotate(score=F("alike__score"))
    return others.for_listing().order_by("-score", "-pk")[:MOST]


_BESIDE: Final = CompiledRead(_beside, is_prepared=True)


# ---- by the worker ----


def renew(key: int) -> None:
    """Compare a case with the newest open ones of its agency and of all, and keep which are alike, in both directions.

    A closed case is like none. Five statements, six for a case with an agency.
    """
    case = Case.objects.exclude(state=State.CLOSED).filter(pk=key).first()
    Likeness.objects.filter(Q(case=key) | Q(other=key)).delete()
    if case is not None:
        Likeness.objects.bulk_create(_likenesses(case))


def _likenesses(case: Case) -> list[Likeness]:
    others = Case.objects.exclude(state=State.CLOSED).exclude(pk=case.pk)
    if case.governorate_id is not None:
        others = others.filter(Q(governorate=case.governorate_id) | Q(governorate=None))
    scopes = [others] if case.agency_id is None else [others, others.filter(agency=case.agency_id)]
    text = wording(case.subject, case.details)
    scores = {key: score for scope in scopes for key, _citizen, score in scored(text, scope) if score >= LEAST}
    places = dict(Case.objects.filter(pk__in=scores).values_list("pk", "governorate"))
    found = []
    for key, score in scores.items():
        # The page of a case without a place shows those of all places, not the other way round.
        if case.governorate_id in {None, places[key]}:
            found.append(Likeness(case=case, other_id=key, score=score))
        if places[key] in {None, case.governorate_id}:
            found.append(Likeness(case_id=key, other=case, score=score))
    return found
