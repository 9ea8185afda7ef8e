"""The judgement of an answer: sent, challenged with the question it leaves open, or refused where that is certain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from django.db.models import Count, Max, Q

from agencies.models import AnswerPhrase, PhraseCategory as Category
from complaints.answer_quality.lexicon import Lexicon, Word, is_gibberish, is_junk, shipped, words
from complaints.answer_quality.reading import OTHER, PassageReading, Token, language, misses, read

#: What an answer has to say at least, in the measure of ``reading``: as much as an act, and four words of its own.
LEAST_VALUE: Final = 4.0
#: The same where nothing in it could be checked by others, no act, no day and no amount: as much as twenty words.
LEAST_UNCHECKED: Final = 10.0
#: The same for each word of an answer: long assurances with a word of substance here and there.
LEAST_DENSITY: Final = 0.1
#: What "what was done" has to say at least where it only promises or passes on.
LEAST_DONE: Final = 1.5
#: Share of an answer that may be the citizen's: sequences of three words, and words.
MOST_COPIED, MOST_SHARED, MOST_SHARED_ALONE = 0.8, 0.7, 0.6
_LEAST_SHARED: Final = 6


class Result(StrEnum):
    """What becomes of an answer."""

    SENT = "sent"
    CHALLENGED = "challenged"
    REFUSED = "refused"


class Fault(StrEnum):
    """Why an answer is challenged or refused."""

    # certain
    MISSING = "missing"
    GIBBERISH = "gibberish"
    COPIED = "copied"
    SAME_TWICE = "same_twice"
    FORMULA = "formula"
    # challenged
    LANGUAGE = "language"
    OTHER_SUBJECT = "other_subject"
    RETOLD = "retold"
    PROMISE = "promise"
    REFERRAL = "referral"
    PROCESS = "process"
    BLAME = "blame"
    THANKS = "thanks"
    PADDING = "padding"
    THIN = "thin"


#: Faults that are certain: the answer is not taken at all.
CERTAIN: Final = frozenset({Fault.MISSING, Fault.GIBBERISH, Fault.COPIED, Fault.SAME_TWICE, Fault.FORMULA})
_BY_CATEGORY: Final[Mapping[Category, Fault]] = {
    Category.RETELLING: Fault.RETOLD,
    Category.PROMISE: Fault.PROMISE,
    Category.REFERRAL: Fault.REFERRAL,
    Category.BLAME: Fault.BLAME,
    Category.PROCESS: Fault.PROCESS,
    Category.FORMULA: Fault.PROCESS,
    Category.COURTESY: Fault.THANKS,
    Category.PADDING: Fault.PADDING,
}


@dataclass(frozen=True)
class CaseWords:
    """What the judgement knows of the case: the citizen's words, further words about it, its group of topics.

    ``chosen`` is the language that the citizen is written to, "ar" or "en".
    """

    own: str
    about: str = ""
    group: str = ""
    chosen: str = ""

    @cached_property
    def words(self) -> Sequence[Word]:
        """Return the words of the citizen."""
        return words(self.own)

    @cached_property
    def language(self) -> str:
        """Return the language of the citizen's words."""
        return language(self.words)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Return the keys of all words about the case."""
        return frozenset(word.key for word in (*self.words, *words(self.about)))


@dataclass(frozen=True)
class Judgement:
    """What was found: the fault if there is one, the field it stands beside, and the readings it rests on."""

    fault: Fault | None
    field: str
    found: Sequence[PassageReading]
    done: Sequence[PassageReading]

    @property
    def result(self) -> Result:
        """Return what becomes of the answer."""
        if self.fault is None:
            return Result.SENT
        return Result.REFUSED if self.fault in CERTAIN else Result.CHALLENGED

    @property
    def value(self) -> float:
        """Return how much the answer says."""
        return _value(self.found) + _value(self.done)

    @property
    def stock(self) -> list[PassageReading]:
        """Return the passages that are stock words, for the page to name."""
        return [passage for passage in (*self.found, *self.done) if passage.categories]


def judge(*, found: str, done: str, case: CaseWords, lexicon: Lexicon) -> Judgement:
    """Judge an answer to ``case``, without database access; the same words give the same judgement."""
    certain = _certain_fault(found, done, case)
    first, second = (read(text, lexicon, known=case.keys) for text in (found, done))
    fault, field = certain or _fault(_Read(first, second, words(found), words(done), case))
    return Judgement(fault, field, first, second)


# ---- what is certain ----


def _certain_fault(found: str, done: str, case: CaseWords) -> tuple[Fault, str] | None:
    by_field = {"found": words(found), "done": words(done)}
    for name, text in by_field.items():
        if not text:
            return Fault.MISSING, name
    both = [*by_field["found"], *by_field["done"]]
    junk = [name for name, text in by_field.items() if is_gibberish(text)]
    if len(junk) == len(by_field) or is_gibberish(both):
        return Fault.GIBBERISH, junk[0] if junk else "found"
    for name, text in by_field.items():
        if name in junk and (len(text) > 1 or is_junk(text[0].text)):
            return Fault.GIBBERISH, name
    if copied_share(both, case.words) >= MOST_COPIED:
        return Fault.COPIED, "found"
    if copied_share(by_field["done"], by_field["found"]) >= MOST_COPIED:
        return Fault.SAME_TWICE, "done"
    return None


def copied_share(text: Sequence[Word], other: Sequence[Word]) -> float:
    """Return the share of three-word sequences of ``text`` that are also in ``other``."""
    runs, theirs = _runs(text), _runs(other)
    return len(runs & theirs) / len(runs) if runs else 0.0


def _runs(text: Sequence[Word]) -> set[tuple[str, ...]]:
    keys = [word.key for word in text]
    return set(zip(keys, keys[1:], keys[2:], strict=False))


# ---- what is challenged ----


@dataclass(frozen=True)
class _Read:
    """An answer that was read: its words, the readings of its two fields, and the case."""

    found: Sequence[PassageReading]
    done: Sequence[PassageReading]
    found_words: Sequence[Word]
    done_words: Sequence[Word]
    case: CaseWords

    @property
    def both(self) -> Sequence[PassageReading]:
        return (*self.found, *self.done)

    @property
    def words(self) -> Sequence[Word]:
        return (*self.found_words, *self.done_words)


def _fault(answer: _Read) -> tuple[Fault | None, str]:
    found = (check(answer) for check in _CHECKS)
    return next((fault for fault in found if fault is not None), (None, ""))


def _is_formula(answer: _Read) -> tuple[Fault, str] | None:
    has_formula = bool(_categories(answer.both)[Category.FORMULA])
    return (Fault.FORMULA, "done") if has_formula and not _value(answer.both) else None


def _is_in_another_language(answer: _Read) -> tuple[Fault, str] | None:
    """An answer is in Arabic or English: as the citizen wrote, or, who wrote in a third language, is written to."""
    own, theirs = language(answer.words), answer.case.language
    wanted = answer.case.chosen if theirs == OTHER else theirs
    return (Fault.LANGUAGE, "found") if own == OTHER or (own and wanted and own != wanted) else None


def _is_retold(answer: _Read) -> tuple[Fault, str] | None:
    for field, text in (("found", answer.found_words), ("done", answer.done_words)):
        if len(text) >= _LEAST_SHARED and copied_share(text, answer.case.words) >= MOST_COPIED:
            return Fault.RETOLD, field
    told = _facts_counted(answer.both)
    shared, specific = told[Token.SHARED], told[Token.SPECIFIC]
    says_more = any(passage.can_be_checked or passage.has_support for passage in answer.both)
    least = MOST_SHARED if says_more else MOST_SHARED_ALONE
    return (Fault.RETOLD, "found") if shared >= _LEAST_SHARED and shared >= least * (shared + specific) else None


def _says_too_little(answer: _Read) -> tuple[Fault, str] | None:
    return (_main_fault(answer.both), "done") if _value(answer.both) < _least(answer.both, len(answer.words)) else None


def _is_mostly_stock(answer: _Read) -> tuple[Fault, str] | None:
    """Nothing was done, and most passages would stand in any answer: days and amounts are decoration."""
    stock = sum(bool(passage.categories) for passage in answer.both)
    is_mostly_stock = 2 * stock > len(answer.both) and not _facts_counted(answer.both)[Token.ACT]
    return (_main_fault(answer.both), "done") if is_mostly_stock else None


def _leaves_the_act_out(answer: _Read) -> tuple[Fault, str] | None:
    """What was found stands there, and beside it nothing but a formula."""
    has_formula = bool(_categories(answer.done)[Category.FORMULA])
    return (Fault.PROCESS, "done") if has_formula and not _value(answer.done) else None


def _blames(answer: _Read) -> tuple[Fault, str] | None:
    """Somebody is blamed, and nothing else is said that was done, or holds."""
    others = [passage for passage in answer.both if Category.BLAME not in passage.categories]
    says_more = any(passage.can_be_checked or passage.has_support for passage in others)
    return (Fault.BLAME, "done") if len(others) < len(answer.both) and not says_more else None


def _is_about_something_else(answer: _Read) -> tuple[Fault, str] | None:
    if answer.case.language == OTHER:
        # No word of the answer can be one of the citizen's.
        return None
    is_missed = misses(answer.words, answer.case.words, group=answer.case.group)
    return (Fault.OTHER_SUBJECT, "found") if is_missed else None


def _only_promises(answer: _Read) -> tuple[Fault, str] | None:
    """Nothing was done, only promised without a day, and nothing was found that is an answer by itself."""
    promised = [passage for passage in answer.done if Category.PROMISE in passage.categories]
    if not promised or any(passage.gives_a_day for passage in answer.done):
        return None
    rest = _value(passage for passage in answer.done if passage not in promised)
    is_answered = any(passage.told[Token.DAY] or passage.has_support for passage in answer.found)
    return (Fault.PROMISE, "done") if rest < LEAST_DONE and not is_answered else None


#: In this order: the first that finds a fault decides.
_CHECKS: Final[Sequence[Callable[[_Read], tuple[Fault, str] | None]]] = (
    _is_formula,
    _is_in_another_language,
    _is_retold,
    _says_too_little,
    _is_mostly_stock,
    _leaves_the_act_out,
    _blames,
    _is_about_something_else,
    _only_promises,
)


def _value(passages: Iterable[PassageReading]) -> float:
    return sum(passage.value for passage in passages)


def _facts_counted(passages: Iterable[PassageReading]) -> Counter[Token]:
    return sum((passage.told for passage in passages), Counter[Token]())


def _categories(passages: Iterable[PassageReading]) -> Counter[Category]:
    return Counter(category for passage in passages for category in passage.categories)


def _least(passages: Iterable[PassageReading], length: int) -> float:
    """Return how much an answer of ``length`` words has to say."""
    can_be_checked = any(passage.can_be_checked for passage in passages)
    return max(LEAST_VALUE if can_be_checked else LEAST_UNCHECKED, LEAST_DENSITY * length)


def _main_fault(passages: Sequence[PassageReading]) -> Fault:
    """Return the fault of which the stock words of an empty answer speak most."""
    counted = _categories(passages)
    for category in _BY_CATEGORY:
        if counted[category] and category in {Category.RETELLING, Category.BLAME}:
            return _BY_CATEGORY[category]
    for category in (Category.REFERRAL, Category.PROMISE, Category.PROCESS, Category.FORMULA, Category.COURTESY):
        if counted[category]:
            return _BY_CATEGORY[category]
    return Fault.PADDING if counted[Category.PADDING] else Fault.THIN


# ---- The lexicon as the unit keeps it: read once, and again when a phrase was added, changed or ended. ----


class _Kept:
    """The lexicon of this process, and what the table was like when it was read."""

    stamp: tuple[Any, ...] = ()
    lexicon: Lexicon | None = None


def current_lexicon() -> Lexicon:
    """Return the lexicon in force; that of the project's file while the table is empty. One statement, or two."""
    stamp = _stamp()
    if _Kept.lexicon is None or _Kept.stamp != stamp:
        rows = AnswerPhrase.objects.filter(is_active=True).values_list("category", "phrases")
        phrases = ((category, phrase) for category, listed in rows for phrase in listed)
        _Kept.lexicon = Lexicon(phrases) if stamp[0] else shipped()
        _Kept.stamp = stamp
    return _Kept.lexicon


def _stamp() -> tuple[Any, ...]:
    found = AnswerPhrase.objects.aggregate(
        rows=Count("pk"), used=Count("pk", filter=Q(is_active=True)), last=Max("pk"), edited=Max("edited_at")
    )
    return tuple(found.values())
