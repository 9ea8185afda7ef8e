"""Finds answers without substance: pure checks on the two fields ``found`` and ``done`` of a closing.

A closing has to say what was found and what was done. Fields are refused that are too short, repeat one character or
word, copy the citizen's own text, say the same as each other, or are an empty formula of office language ("the needful
was done").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from kit.arabic import fold

#: Letters a field needs at least: the published rule of the desk is 40 characters for the whole answer.
MIN_LETTERS = 20
#: Share of the field that may be the citizen's own words.
MAX_COPIED = 0.8
#: Different words a field needs at least.
MIN_WORDS = 4

# Folded (see kit.arabic.fold); each stands for the whole field, give or take a greeting or a full stop.
_FORMULAS = tuple(
    fold(text)
    for text in (
        "تم عمل اللازم",
        "تم اللازم",
        "تم اتخاذ اللازم",
        "تم اتخاذ الإجراء اللازم",
        "تم اتخاذ الإجراءات اللازمة",
        "سيتم عمل اللازم",
        "سيتم اتخاذ الإجراءات اللازمة",
        "تمت المعالجة",
        "تمت المتابعة",
        "تم حل المشكلة",
        "تم حل الشكوى",
        "تم إغلاق الشكوى",
        "تم الرد على المواطن",
        "تم التواصل مع المشتكي",
        "حسب الأصول",
        "وفق الأصول",
        "لا يوجد",
        "لا شيء",
        "قيد المتابعة",
        "the needful was done",
        "the needful has been done",
        "necessary action was taken",
        "necessary action has been taken",
        "necessary measures were taken",
        "the issue has been resolved",
        "the problem was solved",
        "the complaint was closed",
        "the matter is being followed up",
        "n/a",
        "none",
        "test",
        "lorem ipsum",
    )
)
# Words that may surround a formula without giving it substance.
_COURTESY = """
    السلام عليكم نعم شكرا لكم لتواصلكم المواطن الكريم عزيزي السيد المشتكي بخصوص الشكوى من قبل المعنيين قبلنا بهذا الخصوص
    و مع حسب الأصول وفق وشكرا حاليا فورا بالكامل
    dear sir madam thank you for your complaint regarding this matter please note that it by us the accordingly has been
"""
_FILLER = frozenset(map(fold, _COURTESY.split()))
_WORD = re.compile(r"\w+")


class Fault(StrEnum):
    """Why a field lacks substance."""

    SHORT = "short"
    REPEATED = "repeated"
    COPIED = "copied"
    FORMULA = "formula"
    SAME_TWICE = "same_twice"


@dataclass(frozen=True)
class WeakAnswer:
    """One fault of an answer: its field (``found`` or ``done``) and the reason."""

    field: str
    fault: Fault


def find_faults(*, found: str, done: str, own_words: str) -> list[WeakAnswer]:
    """Return the faults of the answer, at most one for each field; empty when it has substance.

    ``own_words`` is everything the citizen wrote (subject, details, additions).
    """
    citizen = fold(own_words)
    faults = [
        WeakAnswer(field, fault)
        for field, text in (("found", found), ("done", done))
        if (fault := _fault(fold(text), citizen)) is not None
    ]
    if not faults and _share(_WORD.findall(fold(done)), fold(found)) >= MAX_COPIED:
        return [WeakAnswer("done", Fault.SAME_TWICE)]
    return faults


def _fault(text: str, citizen: str) -> Fault | None:
    words = _WORD.findall(text)
    letters = sum(map(len, words))
    if _is_formula(words):
        return Fault.FORMULA
    if any(_is_stretched(word) for word in words):
        return Fault.REPEATED
    if letters < MIN_LETTERS:
        return Fault.SHORT
    if _is_repetition(words):
        return Fault.REPEATED
    if _share(words, citizen) >= MAX_COPIED:
        return Fault.COPIED
    return None


def _is_formula(words: list[str]) -> bool:
    text = " ".join(words)
    for formula in _FORMULAS:
        bare = " ".join(_WORD.findall(formula))
        if re.search(rf"\b{re.escape(bare)}\b", text):
            rest = re.sub(rf"\b{re.escape(bare)}\b", " ", text).split()
            if all(word in _FILLER or _in_a_formula(word) for word in rest):
                return True
    return False


def _in_a_formula(word: str) -> bool:
    return any(word in formula.split() for formula in _FORMULAS)


def _is_stretched(word: str) -> bool:
    return len(set(word)) == 1 and len(word) > 3  # noqa: PLR2004 - "هههه", "....": never a word


def _is_repetition(words: list[str]) -> bool:
    return len(set("".join(words))) < 6 or len(set(words)) < min(MIN_WORDS, len(words))  # noqa: PLR2004 - "abcabcabc"


def _share(words: list[str], other: str) -> float:
    """Return the share of three-word sequences that are also in ``other``; an honest answer may reuse single words."""
    runs, theirs = _runs(words), _runs(_WORD.findall(other))
    return len(runs & theirs) / len(runs) if runs else 0.0


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return set(zip(words, words[1:], words[2:], strict=False))
