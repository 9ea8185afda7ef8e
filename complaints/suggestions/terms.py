"""The terms of a text by which texts are compared: its words without stop words, and its trigrams."""

from __future__ import annotations

import re

from kit.arabic import strip_prefixes

#: Words shorter than this are nearly always particles.
SHORTEST = 3
#: The beginning that the forms of a word share most often: «مياه» and «مياهنا», "repair" and "repaired".
STEM = 4
_WORD = re.compile(r"[^\W_]+")
# Stop words, folded: most texts contain them whatever they are about.
_EMPTY = """
    في من على منذ عن إلى أو أي لا لم مع غير هذا هذه تم أن إن كل بين قبل بعد حتى ذلك التي الذي كما عند كان يتم دون هل ما
    هو هي
    أنا نحن لدي لدينا أكثر جدا وذلك حيث إلا قد
    the of and to in a is for on at we i my our are be it has have with from this that was were not no they their by an
    as which or please more than every but there
"""
_STOPPED = frozenset(map(strip_prefixes, _EMPTY.split()))


def terms_with_order(text: str) -> list[str]:
    """Return the words of ``text`` that carry its meaning, folded, in their order."""
    return terms_in(strip_prefixes(text))


def terms_in(folded: str) -> list[str]:
    """Return the words that carry the meaning of a text that is folded already, as the database keeps it."""
    return [word for word in _WORD.findall(folded) if len(word) >= SHORTEST and word not in _STOPPED]


def term_stems(terms: list[str]) -> list[str]:
    """Return the words, each followed by its stem, by which different forms of a word match."""
    bare = [_without_particle(term) for term in terms]
    return [*bare, *(f"{term[:STEM]}~" for term in bare)]


def _without_particle(term: str) -> str:
    """Return a word without a one-letter particle; folding takes off only those joined to an article."""
    return term[1:] if len(term) > STEM and term[0] in "وبل" else term


def trigrams(text: str) -> frozenset[str]:
    """Return the trigrams of a folded text, word by word, as PostgreSQL's ``show_trgm`` does."""
    padded = f"  {'   '.join(_WORD.findall(text))} "
    triples = map("".join, zip(padded, padded[1:], padded[2:], strict=False))
    return frozenset(triple for triple in triples if triple[1:] != "  ")
