"""The search for staff by words, which its box reads as no number and nobody's name (``complaints.search.box``)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache, reduce
from itertools import batched, groupby
from operator import or_
from pathlib import Path
from secrets import compare_digest
from time import monotonic
from typing import Final, NamedTuple

from django.core.exceptions import ValidationError
from django.db import connections, router
from django.db.models import QuerySet

from accounts.identity import disclosure
from accounts.identity.names import MOST_NAMES, name_words, people_called
from accounts.models import Citizen, NumberKind, User, ViewKind
from accounts.rate_limits import HOUR, RateLimit, spend
from complaints.models import Case, CaseQuerySet, ListedCase, SearchBlock
from complaints.models.listed_cases import by_keys, listed_cases, with_citizens
from complaints.search.word_forms import Forms, word_forms
from complaints.visibility.redaction import CaseVisibility, found_by_person
from complaints.visibility.texts import words_of
from kit.arabic import fold, strip_prefixes
from kit.compiled_reads import CompiledRead, numbered
from kit.forms import MobileField, plain_digits
from kit.keyset import PAGE, KeysetPage
from kit.statements import ALWAYS, Condition, Statement, joined

#: Maximum characters of a search.
LONGEST = 200
#: Maximum number of words searched for; more hardly narrow the result.
MOST_WORDS = 8
#: The number of cases that the index finds within milliseconds.
FEW = 2500
#: Pages read to fill one where only redacted names match the words: more would be a search for a person.
ROUNDS = 8
#: Maximum number of blocks read from the newest down, so many by one statement, before the database searches the rest.
WALK, AT_ONCE = 64, 16
#: Maximum number of blocks of which it is asked whether they have the words; what lies below is found by the index.
LOOKED_AT = 2 * WALK
#: The newest cases are read where as many times the number that is wanted are expected there.
LIKELY: Final = 2
#: Seconds for which the statistics of common words are kept; they change slowly, and either way finds the same cases.
STATISTICS_LAST: Final = 600
_WORD = re.compile(r"[^\W_]+")
_ROWS = re.compile("rows=([0-9]+)")
_LAST = re.compile(r"[0-9]{1,18}")


def by_words(
    scope: Condition, text: str, *, reads: Callable[[ListedCase], CaseVisibility], after: str = ""
) -> KeysetPage[ListedCase]:
    """Return a page of the cases that contain every word of ``text`` in any of its forms, the newest first.

    Letters are folded and articles stripped as in the database, and each word matches the forms that ``word_forms``
    guesses, and words that begin with it. ``reads`` returns the searcher's visibility of a case: words that are
    redacted for them do not match. ``after`` is the ``next`` of the page before.
    """
    words = search_words(text)
    below = int(after) if _LAST.fullmatch(after) else None
    cases: list[ListedCase] = []
    for _ in range(ROUNDS if words else 0):
        keys = _newest(scope, words, PAGE + 1, below=below)
        found = listed_cases(by_keys(keys), ["-pk"], is_common=True)
        cases += _readable(found, words, [reads(case) for case in found])
        if len(keys) <= PAGE or len(cases) > PAGE:
            break
        below = keys[-1]
    return KeysetPage(cases[:PAGE], str(cases[PAGE - 1].pk) if len(cases) > PAGE else "")


def _readable(
    cases: Sequence[ListedCase], words: Sequence[Forms], visibilities: Sequence[CaseVisibility]
) -> Sequence[ListedCase]:
    """Return which of ``cases`` match all ``words`` after redaction for the reader; two more statements, or none."""
    restricted = {visibility.case.pk: visibility for visibility in visibilities if not visibility.knows_person}
    wanted = _TEXTS.rows(**numbered("key", restricted))
    texts = {key: f"{subject} {details}" for key, subject, details in wanted}
    with_citizens(case for case in cases if case.pk in texts)
    redacted = {key: text for key, whole in texts.items() if (text := restricted[key].redact(whole)) != whole}
    if not redacted:
        return cases
    with connections[router.db_for_read(Case)].cursor() as cursor:
        cursor.execute(_SHOWN, [list(redacted), list(redacted.values()), search_query(words)])
        shown = {key for (key,) in cursor.fetchall()}
    return [case for case in cases if case.pk not in redacted or case.pk in shown]


_TEXTS: Final = CompiledRead(
    lambda _shape, **keys: Case.objects.filter(pk__in=list(keys.values())).values_list("pk", "subject", "details"),
    is_prepared=True,
)
#: As the column ``Case.search_vector`` is made.
_SHOWN = """
SELECT key FROM unnest(%s::bigint[], %s::text[]) AS redacted (key, text)
WHERE to_tsvector('simple', ar_strip(text)) @@ to_tsquery('simple', %s)
"""


def search_words(text: str) -> list[Forms]:
    """Return the forms of each word of ``text``, folded and without its article."""
    return [word_forms(word) for word in _WORD.findall(strip_prefixes(text[:LONGEST]))[:MOST_WORDS]]


def search_query(words: Sequence[Forms]) -> str:
    """Return the ``tsquery`` for any form of each of ``words``."""
    return " & ".join(f"({_any_form(word)})" for word in words)


def _any_form(forms: Forms) -> str:
    """Return the query for any of ``forms``, each of which is an alternative to all that come after it.

    The index asks of each case that it finds whether one form is there, then the next. With the commonest before all
    others, which stand in brackets together, most answers are the first.
    """
    # The pattern of a word allows only letters and digits, so that it cannot contain an operator. No form is named
    # which a beginning covers.
    beginnings = [one for one in sorted(forms.beginnings) if not one.startswith(tuple(forms.beginnings - {one}))]
    exact = [one for one in sorted(forms.exact) if not one.startswith(tuple(beginnings))]
    cases = {f"'{one}':*": _common().cases(Forms(frozenset(), frozenset({one}))) for one in beginnings}
    cases |= {f"'{one}'": _common().cases(Forms(frozenset({one}), frozenset())) for one in exact}
    return " | (".join(sorted(cases, key=cases.__getitem__, reverse=True)) + ")" * (len(cases) - 1)


class Key(NamedTuple):
    """The key of a case that has the words."""

    id: int


_NEWEST: Final = Statement(Path(__file__).with_name("newest.sql"), Key)
_INDEXED: Final = Statement(Path(__file__).with_name("indexed.sql"), Key)


def _newest(scope: Condition, words: Sequence[Forms], number: int, *, below: int | None) -> list[int]:
    """Return the keys of the ``number`` newest cases of ``scope`` that have all ``words`` and come before ``below``.

    Few cases are found by the index and sorted. For many, the index would return all of them; so the cases are read
    from the newest down, skipping blocks of a thousand that lack a word, until there are enough. That is done where the
    blocks that are read at most are likely to hold enough.
    """
    found: list[int] = []
    if _are_near(scope, words, number):
        for first, last in _runs(words, below=below):
            run = Condition("complaints_case.id BETWEEN %(first)s AND %(last)s", {"first": first, "last": last})
            within = joined(" AND ", [run, _below(below)])
            found += _keys(_NEWEST, scope, words, number - len(found), within)
            if len(found) == number:
                return found
            below = first
    return found + _keys(_INDEXED, scope, words, number - len(found), _below(below))


def _below(key: int | None) -> Condition:
    return ALWAYS if key is None else Condition("complaints_case.id < %(below)s", {"below": key})


def _keys(
    statement: Statement[Key], scope: Condition, words: Sequence[Forms], number: int, within: Condition
) -> list[int]:
    rows = statement.rows({"scope": scope, "within": within}, query=search_query(words), number=number)
    return [row.id for row in rows]


def _are_near(scope: Condition, words: Sequence[Forms], number: int) -> bool:
    """Tell whether many cases have all ``words``, and enough of the newest of them are likely to be of ``scope``.

    By the statistics of common words and, for those alone, the planner's estimate of the scope.
    """
    common = _common()
    many = min(common.cases(word) for word in words)
    if many <= FEW:
        return False
    with connections[router.db_for_read(Case)].cursor() as cursor:
        cursor.execute(f"EXPLAIN SELECT FROM complaints_case WHERE {scope.text}", scope.values)
        of_scope = int(_ROWS.findall(cursor.fetchone()[0])[0])
    read = min(1, WALK * SearchBlock.CASES / common.whole)
    return many * read * of_scope / common.whole > LIKELY * number


class _CommonWords:
    """The words that many cases have, sorted, how many cases that is, and how many there are in the ``whole``."""

    def __init__(self, rows: Sequence[tuple[str, float, float]]) -> None:
        self._cases = {word: share * whole for word, share, whole in rows}
        self._words = sorted(self._cases)
        self.whole = rows[0][2] if rows else 0

    def cases(self, forms: Forms) -> float:
        """Return how many cases have ``forms`` at most, as far as these are common."""
        found = {word for word in forms.exact if word in self._cases}
        for beginning in forms.beginnings:
            place = bisect_left(self._words, beginning)
            while place < len(self._words) and self._words[place].startswith(beginning):
                found.add(self._words[place])
                place += 1
        return sum(self._cases[word] for word in found)


def _common() -> _CommonWords:
    return _common_words(router.db_for_read(Case), int(monotonic() // STATISTICS_LAST))


@lru_cache(maxsize=4)
def _common_words(database: str, _span: int) -> _CommonWords:
    """Read the statistics once a span of time and process: to unpack them costs as much as a search."""
    with connections[database].cursor() as cursor:
        cursor.execute(_COMMON)
        return _CommonWords(cursor.fetchall())


_COMMON = """
SELECT word, share, (SELECT reltuples FROM pg_class WHERE oid = 'complaints_case'::regclass)
FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS common (word, share)
WHERE schemaname = current_schema() AND tablename = 'complaints_case' AND attname = 'search_vector'
    -- Their shares come with three more numbers.
    AND word IS NOT NULL
"""


class Block(NamedTuple):
    """The number of a block of cases."""

    number: int


_BLOCKS: Final = Statement(Path(__file__).with_name("blocks.sql"), Block)


def _runs(words: Sequence[Forms], *, below: int | None) -> Iterator[tuple[int, int]]:
    """Yield the first and last key of runs of consecutive blocks that may match all ``words``, the newest first.

    Blocks that are not indexed yet may match. It ends after ``WALK`` of them, and looks at ``LOOKED_AT`` at most.
    """
    values = {"below": below, "query": search_query(words), "cases": SearchBlock.CASES}
    blocks = [row.number for row in _BLOCKS.rows(**values, walk=WALK, looked_at=LOOKED_AT)]
    for _, run in groupby(enumerate(blocks), key=sum):  # neighbours fall by one while their place rises by one
        for part in batched((number for _, number in run), AT_ONCE):
            yield part[-1] * SearchBlock.CASES, (part[0] + 1) * SearchBlock.CASES - 1


# ---- The search for staff by person: a telephone or document number, or first and family name; every one is
# recorded.


def by_number(text: str, *, user: User, at: datetime) -> list[ListedCase]:
    """Return the newest cases of the person whose telephone or document number ``text`` is, a page of them at most.

    For agency staff a person who hid the identity is found by neither. The search is recorded for everybody it met.
    """
    number = plain_digits(text)
    people = list(_numbered(number))
    cases = _people_newest(_within_reach(user, at=at).filter(citizen__in=people))
    reached = {case.citizen_id for case in cases}
    disclosure.record_search(number, people, viewer=user, within_reach=reached, at=at)
    return cases


def _numbered(number: str) -> QuerySet[Citizen]:
    found = [Citizen.objects.numbered(kind, variant) for kind in NumberKind for variant in {number, number.upper()}]
    # A number that is no mobile number can only be a document number.
    with suppress(ValidationError):
        found.append(Citizen.objects.with_phone(MobileField().clean(number)))
    return reduce(or_, found)


def by_name(text: str, *, user: User, at: datetime) -> list[ListedCase]:
    """Return the newest cases of people with the first and family name ``text``, a page of them at most.

    The search is recorded for the people whose cases it found: others of the same name were not meant. One that found
    nobody is recorded where the words may be a name.
    """
    people = people_called(text).filter(erased_at=None).values("pk")
    cases = _people_newest(_within_reach(user, at=at).filter(citizen__in=people))
    if cases or is_name(text):
        reached = {case.citizen_id for case in cases}
        met, typed = Citizen.objects.filter(pk__in=reached), " ".join(name_words(text))
        disclosure.record_search(typed, met, viewer=user, within_reach=reached, at=at, kind=ViewKind.NAME)
    return cases


def is_name(text: str) -> bool:
    """Tell whether ``text`` may be the name of a person: two words or a few more, the first of them a given name."""
    words = fold(text).split()
    return 1 < len(words) <= MOST_NAMES and words[0] in words_of("given")


def _within_reach(user: User, *, at: datetime) -> CaseQuerySet:
    return found_by_person(Case.objects.at_desk_of(user, at=at), user, at=at)


def _people_newest(cases: CaseQuerySet) -> list[ListedCase]:
    keys = list(cases.order_by("-pk").values_list("pk", flat=True)[:PAGE])
    return listed_cases(by_keys(keys), ["-pk"]) if keys else []


# ---- Finds a case for a visitor who is not signed in but knows its number and the last digits of the owner's
# phone.


# Four digits are ten thousand guesses: five a day for a number leave a guesser nothing, and an owner enough.
TRIES_OF_NUMBER: Final = RateLimit("track_number", 5, timedelta(days=1))
TRIES_OF_ADDRESS: Final = RateLimit("track_address", 60, HOUR)


def find(reference: str, phone_end: str, *, address: str, at: datetime) -> Case | None:
    """Return the case of ``reference`` if its owner's mobile number ends in ``phone_end``.

    Returns None both for an unknown number and for wrong digits. Every attempt counts towards the limits, by number
    and by ``address``, the visitor's; raises ``accounts.rate_limits.RateLimitReached``.
    """
    spend(TRIES_OF_ADDRESS, address, at=at)
    spend(TRIES_OF_NUMBER, reference, at=at)
    case = Case.objects.for_listing().filter(reference=reference).first()
    if case is None or not compare_digest(case.citizen.phone[-len(phone_end) :], phone_end):
        return None
    return case
