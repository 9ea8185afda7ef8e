"""The forms an Arabic word takes in a text, guessed from its spelling: what the search of words looks for.

All words here are folded and without their article (``kit.arabic``). Nothing is looked up but the irregular nouns of
``complaints/data/plurals.csv``; a guess that is no word of the language meets no text and costs one look at the index.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

from django.db import connection, transaction

from complaints.models import SearchBlock
from kit.arabic import strip_prefixes
from notifications.periodic import RowRun

PLURALS = Path(__file__).parents[1] / "data" / "plurals.csv"
_ARABIC = re.compile("[\u0621-\u064a]{3,20}")
#: From so many letters on, whatever begins with a stem is a form of it.
_LONG = 5
#: The letters of a root, less than which no ending leaves.
_ROOT = 3
_PRONOUNS = ("ي", "ه", "ها", "هم", "نا", "كم")
_ENDINGS_OF_OWNERS = ("هما", "ها", "هم", "هن", "نا", "كم", "ي")
_ARTICLES = ("ال", "وال", "بال", "لل")
#: كهربائي and كهربائية, of كهرباء.
_OF_A_HAMZA = re.compile("(.{3,}ا)يي?(ه|ات|ين|ون)?")
#: What follows the stem of a word that ends in ة; and of any other.
_FEMININE = ("ه", "ات", "تين", "تان", *(f"ت{pronoun}" for pronoun in _PRONOUNS), "اتنا", "اتهم", "اتها", "اتكم")
_PLAIN = ("", "ا", "ين", "ون", "ان", "ات", *_PRONOUNS)
#: "And", "in" and "to" are written as one with the word after them.
_CLITICS = ("و", "ب", "ل")


@dataclass(frozen=True)
class Forms:
    """What is looked for: ``exact`` words, and ``beginnings`` of words."""

    exact: frozenset[str]
    beginnings: frozenset[str]

    def covers(self, word: str) -> bool:
        """Tell whether ``word`` of a text, folded and without its article, is looked for."""
        return word in self.exact or word.startswith(tuple(self.beginnings))


@lru_cache(maxsize=4096)
def word_forms(word: str) -> Forms:
    """Return the forms in which ``word`` may stand in a text, its own beginnings among them."""
    if not _ARABIC.fullmatch(word):
        return Forms(frozenset(), frozenset({word}))
    found = _Found()
    found.add_beginning(word)
    for bare in dict.fromkeys(_bare(word)):
        for lemma in dict.fromkeys(_lemmas(bare)):
            found.add(lemma)
            for other in (*_partners(lemma), *_irregular().get(lemma, ())):
                found.add(other)
    return Forms(frozenset(found.exact), frozenset(found.beginnings))


class _Found:
    def __init__(self) -> None:
        self.exact: set[str] = set()
        self.beginnings: set[str] = set()

    def add(self, lemma: str) -> None:
        """Take the forms of a guessed dictionary form: all that begin so where it is long, else each ending alone."""
        is_feminine = lemma.endswith("ه") and len(lemma) > _ROOT
        stem = lemma[:-1] if is_feminine else lemma
        if len(stem) >= _LONG:
            self.add_beginning(stem)
            return
        self.exact.update(stem + ending for ending in (_FEMININE if is_feminine else _PLAIN))
        self.exact.update(clitic + lemma for clitic in _CLITICS)
        if is_feminine:
            self.exact.update(f"{clitic}{stem}ات" for clitic in _CLITICS)
        if is_feminine and len(stem) == _ROOT:  # حفرة حفر
            self.exact.add(stem)
        self.exact.update(_oddities(lemma))

    def add_beginning(self, stem: str) -> None:
        self.beginnings.update((stem, *(clitic + stem for clitic in _CLITICS)))


def _oddities(lemma: str) -> Iterator[str]:
    if lemma.endswith("ي"):  # the ى of شكوى becomes ا before a pronoun
        yield from (f"{lemma[:-1]}ا{pronoun}" for pronoun in _PRONOUNS)
    if len(lemma) < _ROOT:  # too short for the folding to take its article off
        yield from (article + lemma for article in _ARTICLES)
    if lemma.startswith("ل") and len(lemma) > _ROOT:  # of للجنة the folding leaves جنه
        yield lemma[1:]


def _bare(word: str) -> Iterator[str]:
    """Yield ``word``, and what is left of it without a particle that may be written as one with it."""
    yield word
    if word.startswith("و") and len(word) > _ROOT + 1:
        yield word[1:]
    if word[0] in "بلفك" and len(word) > _LONG:
        yield word[1:]
    for article in _ARTICLES:
        if word.startswith(article) and len(word) == len(article) + _ROOT - 1:
            yield word[len(article) :]


def _lemmas(word: str) -> Iterator[str]:
    """Yield ``word``, and the dictionary forms of which it may be a plural, or which it may name as somebody's."""
    yield word
    yield from _singulars(word)
    for owned in _without(word, _ENDINGS_OF_OWNERS):
        yield owned
        yield from _owned(owned)
        yield from _singulars(owned)


def _without(word: str, endings: Iterable[str]) -> Iterator[str]:
    """Yield what is left of ``word`` without each ending it has, where that is as long as a root."""
    for ending in endings:
        if word.endswith(ending) and len(word) - len(ending) >= _ROOT:
            yield word.removesuffix(ending)


def _owned(form: str) -> Iterator[str]:
    """Yield what ``form``, the beginning of "my …" or "their …", is by itself."""
    if form.endswith("ا"):  # شكواي
        yield f"{form[:-1]}ي"
    if form.endswith("اي"):  # بنائي
        yield f"{form[:-1]}ء"
    if form.endswith("ت") and len(form) > _ROOT:  # مدرستي
        yield f"{form[:-1]}ه"
    if form.endswith(("ي", "و")) and len(form) > _ROOT + 1:  # موظفيهم، موظفونا
        yield form[:-1]


def _singulars(form: str) -> Iterator[str]:
    for stem in _without(form, ("يين", "ين", "ون", "ان")):
        yield stem
        if stem.endswith("ت"):  # مدرستين
            yield f"{stem[:-1]}ه"
    for stem in _without(form, ("ات",)):
        yield f"{stem}ه"
        yield stem
    if form.endswith(("اء", "ا")) and len(form) > _ROOT + 1:
        yield form[:-1]
    if nisba := _OF_A_HAMZA.fullmatch(form):
        yield nisba[1]
        yield f"{nisba[1]}ء"


# ---- broken plurals ----

#: A letter of a root, which may be و or ي unless it is the last.
_CONSONANT, _STRONG = "[^اءه]", "[^اءهوي]"

#: Singulars and plurals of one pattern each; both ways, for either may be what is typed. ``ه?`` stands for both.
_PATTERNS: tuple[tuple[str, tuple[str, ...]], ...] = (
    # singular of (1, 2, 3, 4 are letters of the root), plural, plural, …
    ("1234", ("12ا34", "12ا3ي4")),  # مركز مراكز، موعد مواعيد
    ("1234ه", ("12ا34",)),  # مدرسة مدارس
    ("123و4", ("12ا3ي4",)),  # مشروع مشاريع
    ("123ي4", ("12ا3ي4",)),  # تقرير تقارير
    ("123ا4", ("12ا3ي4",)),  # عنوان عناوين
    ("1ا23", ("1وا23", "12ا3")),  # شارع شوارع، ساكن سكان
    ("1ا23ه", ("1وا23",)),  # قائمة قوائم
    ("1ا2و3", ("1وا2ي3",)),  # قانون قوانين
    ("1ا2و3ه", ("1وا2ي3",)),  # فاتورة فواتير
    ("12ي3ه", ("12اي3", "123")),  # حديقة حدائق، مدينة مدن
    ("12ا3ه", ("12اي3",)),  # رسالة رسائل
    ("12ي3", ("ا123ه", "123", "123اء", "ا12ا3")),  # رصيف أرصفة، طريق طرق، وزير وزراء
    ("12ا3", ("ا123ه", "123")),  # جهاز أجهزة، كتاب كتب
    ("12و3", ("ا123ه", "123")),  # عمود أعمدة
    ("123", ("ا12ا3", "12و3", "12ا3")),  # سعر أسعار، جسر جسور، جبل جبال
    ("123ه", ("12ا3",)),  # لجنة لجان
    ("1ا3", ("ا1وا3", "1ي3ان")),  # باب أبواب، جار جيران
    ("123ي", ("12ا3ي",)),  # مبنى مبان، شكوى شكاوى
    ("12يه", ("12ايا",)),  # قضية قضايا
    ("12", ("12و2",)),  # خط خطوط
)


def _partners(lemma: str) -> Iterator[str]:
    """Yield the broken plurals that ``lemma`` may have, and the singulars of which it may be one."""
    for shape, templates in _both_ways():
        if found := shape.fullmatch(lemma):
            letters = found.groupdict()
            for template in templates:
                if all(f"l{one}" in letters for one in template if one.isdigit()):
                    yield "".join(letters[f"l{one}"] if one.isdigit() else one for one in template)


@cache
def _both_ways() -> tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]:
    singulars = [(_shape(singular), plurals) for singular, plurals in _PATTERNS]
    plurals = [(_shape(plural), (singular,)) for singular, forms in _PATTERNS for plural in forms]
    return (*singulars, *plurals)


def _shape(template: str) -> re.Pattern[str]:
    """Return what matches ``template``: a digit is a letter of the root, the same digit the same letter."""
    seen: set[str] = set()
    parts = []
    last = max((one for one in template if one.isdigit()), default="")
    for one in template:
        if one.isdigit():
            parts.append(f"(?P=l{one})" if one in seen else f"(?P<l{one}>{_STRONG if one == last else _CONSONANT})")
            seen.add(one)
        else:
            parts.append(one)
    return re.compile("".join(parts))


# ---- what follows no pattern ----


@cache
def _irregular() -> dict[str, tuple[str, ...]]:
    """Return the other forms of each irregular noun."""
    with PLURALS.open(encoding="utf-8", newline="") as rows:
        return dict(_others(row["forms"].split() for row in csv.DictReader(rows)))


def _others(groups: Iterable[Iterable[str]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for group in groups:
        folded = [strip_prefixes(word) for word in group]
        for word in folded:
            yield word, tuple(other for other in folded if other != word)


# ---- Indexes the words of finished blocks of cases, so that a search skips the blocks that lack a word. ----


TASK = "complaints.build_search_index"

#: Maximum number of blocks indexed in one run; the next run takes the rest.
BATCH = 100
#: The advisory lock that writers of a case's text hold shared; the trigger in the migration uses the same number.
LOCK = 4_107_001
#: A ``tsvector`` is limited to a mebibyte; a block with more different words gets no row and is always read.
_MOST_BYTES = 1_000_000

_UNWRITTEN = """
SELECT number FROM generate_series(
    (SELECT min(id) / %(cases)s FROM complaints_case), (SELECT max(id) / %(cases)s - 1 FROM complaints_case)
) AS number
WHERE NOT EXISTS (SELECT FROM complaints_searchblock AS block WHERE block.number = number.number)
ORDER BY number DESC LIMIT %(batch)s
"""
_WRITE = """
INSERT INTO complaints_searchblock (number, search_vector)
SELECT %(number)s, coalesce(array_to_tsvector(array_agg(lexeme)), '')
FROM (
    SELECT DISTINCT lexeme FROM complaints_case, unnest(complaints_case.search_vector)
    WHERE id >= %(number)s * %(cases)s AND id < (%(number)s + 1) * %(cases)s
) AS found
HAVING coalesce(sum(octet_length(lexeme) + 2), 0) < %(most)s
ON CONFLICT DO NOTHING
"""


def build_index(*, at: datetime) -> int:
    """Index the finished blocks that have no row yet, the newest first; return how many. Safe to run at any time."""
    run, count = RowRun(TASK, "block", at=at), 0
    with connection.cursor() as cursor:
        cursor.execute(_UNWRITTEN, {"cases": SearchBlock.CASES, "batch": BATCH + len(run.waiting)})
        numbers = [number for (number,) in cursor.fetchall() if str(number) not in run.waiting]
    for number in numbers:
        with run.row(number):
            count += _sum_up(number)
    return count


def _sum_up(number: int) -> int:
    """Index one block; 0 while somebody is writing the text of a case, which is not visible yet."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_WRITE, {"number": number, "cases": SearchBlock.CASES, "most": _MOST_BYTES})
        written: int = cursor.rowcount
    return written
