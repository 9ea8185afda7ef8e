"""Cases that tell of the same thing: found by their words, ranked by how much of one's gist stands in the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.contrib.postgres.search import Lexeme, SearchQuery
from django.db.models import F

from accounts.models import User
from agencies.models import Governorate
from complaints.models import Case, CaseQuerySet, Draft
from complaints.suggestions.terms import STEM, terms_with_order, trigrams
from complaints.workflow import State
from kit.arabic import strip_prefixes

#: From this share of the gist on, two texts of one governorate tell of the same thing: measured, see docs/routing.md.
LEAST = 0.65
#: Words by which candidates are looked for; two of them must stand in a case.
MOST_TERMS = 6
#: Candidates compared letter by letter, the newest: what bounds the cost when a whole country complains of one thing.
MOST_CANDIDATES = 40
#: A text's gist has at least this many words; the details help a shorter subject out, to twice as many.
GIST_TERMS = 4
#: Letters of a text that are compared; the longest are mostly copies of letters.
LONGEST = 1000
#: How long a report counts as of these days.
LATELY = timedelta(days=14)
#: Others are told of from so many on: a smaller number would tell somebody that the one person they have in mind
#: complained. Fewer look like none.
FEWEST_TOLD = 3
#: Similar cases shown at once.
MOST = 5


@dataclass(frozen=True)
class Similar:
    """A case that tells of the same thing, and how much of the gist they share, from 0 to 1."""

    case: Case
    score: float


def wording(subject: str, details: str) -> str:
    """Return the text of a case as it is compared: the subject on a line of its own."""
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

    ``place`` keeps to a governorate, ``since`` to what was filed from then on. Two statements; the first goes by the
    index of words, whatever the number of cases. Who may learn of the cases found is for ``scope`` to say, which comes
    from ``visible_to`` or ``at_desk_of``.
    """
    gist = _Gist(text)
    found = _narrowed(scope, exclude=exclude, place=place, since=since)
    scores = {key: score for key, _citizen, score in _scored(gist, found) if score >= least}
    best = sorted(scores, key=lambda key: (-scores[key], -key))[:limit]
    cases = {case.pk: case for case in Case.objects.filter(pk__in=best).for_listing()} if best else {}
    return [Similar(cases[key], scores[key]) for key in best if key in cases]


def likeness(one: str, other: str) -> float:
    """Return how much of the gist of one text stands in the other, whichever is more, from 0 to 1."""
    return _Gist(one).likeness(_Gist(other))


def _narrowed(
    scope: CaseQuerySet, *, exclude: Case | None, place: Governorate | None, since: datetime | None
) -> CaseQuerySet:
    found = scope.exclude(pk=exclude.pk) if exclude else scope
    if place is not None:
        found = found.filter(governorate=place)
    return found.filter(filed_at__gte=since) if since else found


class _Gist:
    """What a text is about: its subject's words, looked for in other texts, and its whole, in which theirs are."""

    def __init__(self, text: str, *, folded: str = "") -> None:
        """``folded`` is the whole text as the database keeps it, where it is at hand."""
        subject, _, details = text[:LONGEST].partition("\n")
        self.terms = list(dict.fromkeys(terms_with_order(subject)))
        if len(self.terms) < GIST_TERMS:
            self.terms = list(dict.fromkeys([*self.terms, *terms_with_order(details)]))[
                : max(len(self.terms), 2 * GIST_TERMS)
            ]
        self.core = trigrams(" ".join(self.terms))
        self.whole = trigrams(folded[:LONGEST] or strip_prefixes(f"{subject} {details}"))

    @property
    def query(self) -> SearchQuery | None:
        """Return what a candidate must hold: two of the words, whatever their endings, or the only one."""
        chosen = sorted(self.terms, key=len, reverse=True)[:MOST_TERMS]
        words = [Lexeme(term[: max(STEM, len(term) - 2)], prefix=True) for term in chosen]
        if len(words) <= 1:
            return SearchQuery(words[0], config="simple") if words else None
        # Each word with any of those after it: a third of the work of every pair spelt out.
        pairs = [word & reduce(or_, words[place:]) for place, word in enumerate(words[:-1], 1)]
        return SearchQuery(reduce(or_, pairs), config="simple")

    def likeness(self, other: _Gist) -> float:
        """Return how much of the core of one stands in the other, whichever is more."""
        return max(_share(self.core, other.whole), _share(other.core, self.whole))


def _share(core: frozenset[str], whole: frozenset[str]) -> float:
    return len(core & whole) / len(core) if core else 0.0


def _scored(gist: _Gist, found: CaseQuerySet) -> list[tuple[int, object, float]]:
    """Return key, person and likeness of the newest candidates, in one statement, or none for a text without words."""
    if (query := gist.query) is None:
        return []
    # By an expression: in the order of the bare key the planner may walk back through cases that lack the words.
    rows = found.filter(search_vector=query).order_by(F("pk") * -1)
    texts = rows.values_list("pk", "citizen", "subject", "details", "folded")[:MOST_CANDIDATES]
    return [
        (key, citizen, gist.likeness(_Gist(wording(subject, details), folded=folded)))
        for key, citizen, subject, details, folded in texts
    ]


# ---- while filing ----


@dataclass(frozen=True)
class Reported:
    """What the check page says before a case is sent: own open cases of the same thing, and how many others told of it.

    Of others nothing but their number, from ``FEWEST_TOLD`` on: no words, no names, and none who hid the identity.
    """

    own: Sequence[Similar]
    people: int

    def __bool__(self) -> bool:
        return bool(self.own or self.people)


def reported_before(draft: Draft, *, at: datetime) -> Reported:
    """Return what of the same thing is open already: three statements."""
    text = wording(draft.subject, draft.details)
    is_open = Case.objects.exclude(state=State.CLOSED)
    own = similar_to(text, scope=is_open.filter(citizen=draft.citizen_id), limit=3)
    return Reported(own, _people_near(draft, text, at=at))


def _people_near(draft: Draft, text: str, *, at: datetime) -> int:
    """Return how many other people told of the same thing in the governorate lately.

    0 where the place is unknown, and for fewer than ``FEWEST_TOLD``.
    """
    if draft.governorate is None:
        return 0
    others = Case.objects.filter(hides_identity=False).exclude(state=State.CLOSED).exclude(citizen=draft.citizen_id)
    near = others.filter(governorate=draft.governorate, filed_at__gte=at - LATELY)
    people = len({citizen for _key, citizen, score in _scored(_Gist(text), near) if score >= LEAST})
    return people if people >= FEWEST_TOLD else 0


# ---- at the desk ----


def beside(case: Case, user: User, *, at: datetime) -> list[Similar]:
    """Return the open cases at the desk of ``user`` that tell of the same thing in the same governorate."""
    scope = Case.objects.at_desk_of(user, at=at).exclude(state=State.CLOSED)
    text = wording(case.subject, case.details)
    return similar_to(text, scope=scope, exclude=case, place=case.governorate)
