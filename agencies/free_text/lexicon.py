"""The words and phrases that the reader knows, compiled once from reference data. Pure: no database."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agencies.free_text.empty_words import EMPTY
from agencies.free_text.words import FORGIVEN, bare_forms, consonants, one_letter_off, sentences, stem, without_article

#: How surely a word means a term: by itself or its stem, by its consonants, by one wrong letter.
SURE, BY_SOUND, BY_ERROR = 1.0, 0.65, 0.6
#: The most words whose meaning is remembered.
MOST_READINGS = 20_000
#: A longer word is no empty one with a particle.
LONGEST_EMPTY = 5


def is_empty(word: str) -> bool:
    """Tell whether a word stands in every text, perhaps with a particle written as one with it."""
    return word in EMPTY or (len(word) <= LONGEST_EMPTY and word[0] in "وبلف" and word[1:] in EMPTY)


@dataclass(frozen=True)
class Phrase[Key]:
    """A phrase of a key: for each of its words the terms that it may mean."""

    key: Key
    words: tuple[frozenset[str], ...]


@dataclass
class Lexicon:
    """Terms by the spellings of words. A term is a word group, or the stem of a word that is in none."""

    groups: Mapping[str, frozenset[str]]
    group_stems: Mapping[str, frozenset[str]]
    by_word: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_sound: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_error: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _readings: dict[str, dict[str, float]] = field(default_factory=dict)
    _wholes: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, groups: Iterable[tuple[str, Sequence[str]]]) -> Lexicon:
        """Return the lexicon of the word groups, by name."""
        words: dict[str, set[str]] = defaultdict(set)
        stems: dict[str, set[str]] = defaultdict(set)
        for name, listed in groups:
            for (word,) in (found for each in listed for found in sentences(each) if len(found) == 1):
                words[word].add(name)
                stems[stem(word)].add(name)
        made = cls({k: frozenset(v) for k, v in words.items()}, {k: frozenset(v) for k, v in stems.items()})
        for word, names in words.items():
            made._learn(word, frozenset(names))
        return made

    def learn(self, text: str) -> tuple[frozenset[str], ...]:
        """Return a phrase as the terms of its words, which are known from now on; empty words are left out."""
        written = [word for words in sentences(text) for word in words]
        telling = [word for word in written if not is_empty(word)] or written
        return tuple(map(self._learnt, telling))

    def learn_whole(self, text: str) -> tuple[frozenset[str], ...]:
        """Return a phrase as ``learn`` does, with its empty words; those, and a word alone, stand for themselves."""
        written = [word for words in sentences(text) for word in words]
        if len(written) == 1:
            return (frozenset({_itself(written[0])}),)
        return tuple(frozenset({_itself(word)}) if word in EMPTY else self._learnt(word) for word in written)

    def _learnt(self, word: str) -> frozenset[str]:
        terms = self._terms(word)
        self._learn(word, terms)
        return terms

    def _terms(self, word: str) -> frozenset[str]:
        for form in bare_forms(word):
            if form in self.groups:
                return self.groups[form]
        return self.group_stems.get(stem(word)) or frozenset({stem(word)})

    def _learn(self, word: str, terms: frozenset[str]) -> None:
        self._readings.clear()
        self._wholes.clear()
        for form in (word, without_article(word), stem(word)):
            self.by_word[form] |= terms
        if sound := consonants(word):
            self.by_sound[sound] |= terms
        for part in one_letter_off(without_article(word)):
            if len(part) >= FORGIVEN - 1:
                self.by_error[part] |= terms

    def read(self, word: str) -> dict[str, float]:
        """Return the terms that a word of a text may mean, with how surely; none for a word that is not known."""
        if word not in self._readings:
            if len(self._readings) >= MOST_READINGS:
                self._readings.clear()
            self._readings[word] = self._reading(word)
        return self._readings[word]

    def _reading(self, word: str) -> dict[str, float]:
        if is_empty(word):
            return {}
        for form in (*bare_forms(word), stem(word)):
            if form in self.by_word:
                return dict.fromkeys(self.by_word[form], SURE)
        found: dict[str, float] = {}
        if len(word) >= FORGIVEN:
            for part in one_letter_off(bare_forms(word)[-1]):
                found |= dict.fromkeys(self.by_error.get(part, ()), BY_ERROR)
        if sound := consonants(word):
            found |= dict.fromkeys(self.by_sound.get(sound, ()), BY_SOUND)
        return found

    def read_whole(self, word: str) -> frozenset[str]:
        """Return the terms that a word means for sure, itself among them."""
        if word not in self._wholes:
            if len(self._wholes) >= MOST_READINGS:
                self._wholes.clear()
            own = {_itself(form) for form in bare_forms(word)}
            self._wholes[word] = frozenset(own | {term for term, sure in self.read(word).items() if sure == SURE})
        return self._wholes[word]


def _itself(word: str) -> str:
    """Return the term of a word that stands for itself alone, and for none of its forms."""
    return f"={word}"


@dataclass(frozen=True)
class Match[Key]:
    """How well a text says what a key stands for, the words that say it, and whether one of them is spelt as known."""

    key: Key
    score: float
    words: tuple[str, ...]
    is_sure: bool = True


class PhraseIndex[Key]:
    """The phrases of keys; a text is matched sentence by sentence with all of them."""

    #: How much of the score the phrases that are not the best one give.
    REST = 0.25
    #: How strongly a phrase that is only found in part loses.
    LOSS = 1.5
    #: What a text gains all of whose words belong to a key: a single word says little, and says it clearly.
    WHOLE = 2.0
    #: A term that stands in so many phrases of a key belongs to it wholly.
    OWN = 4
    #: The longest part of a sentence whose words are read together, and how far it moves on.
    WINDOW, STEP = 14, 7

    def __init__(self, phrases: Sequence[Phrase[Key]]) -> None:
        self.phrases = phrases
        owners: dict[str, set[Key]] = defaultdict(set)
        self._counts: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        #: The terms of each phrase.
        self._terms = [frozenset[str]().union(*phrase.words) for phrase in phrases]
        for phrase, terms in zip(phrases, self._terms, strict=True):
            for term in terms:
                owners[term].add(phrase.key)
                self._counts[phrase.key][term] += 1
        keys = len({phrase.key for phrase in phrases})
        self.weights = {term: math.log(1 + keys / len(found)) for term, found in owners.items()}
        self._totals = [sum(map(self._weight, phrase.words)) for phrase in phrases]
        #: The phrases with a term, each with what a word that means the term adds to its score.
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, phrase in enumerate(phrases):
            for terms in phrase.words:
                for term in terms:
                    self._postings[term].append((place, self._weight(terms)))

    def _weight(self, terms: frozenset[str]) -> float:
        return max((self.weights[term] for term in terms), default=0.0)

    def matches(self, lexicon: Lexicon, read: Sequence[Sequence[str]]) -> list[Match[Key]]:
        """Return the keys that the sentences of a text speak of, the best first."""
        best: dict[Key, Match[Key]] = {}
        for words in self._windows(read):
            for match in self._of_window(lexicon, words):
                if match.key not in best or match.score > best[match.key].score:
                    best[match.key] = match
        return sorted(best.values(), key=lambda match: -match.score)

    def _windows(self, read: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
        for words in read:
            for start in range(0, max(1, len(words) - self.STEP), self.STEP):
                yield words[start : start + self.WINDOW]

    def _of_window(self, lexicon: Lexicon, words: Sequence[str]) -> Iterator[Match[Key]]:
        said = _terms_by_word(lexicon, words)
        sure = {term: quality for term, (quality, _word) in said.items()}
        telling = max(1, sum(not is_empty(word) for word in words))
        best: dict[Key, tuple[float, int]] = {}
        for place, score in self._scores(sure):
            key = self.phrases[place].key
            if score > best.get(key, (0.0, 0))[0]:
                best[key] = score, place
        for key, (score, place) in best.items():
            terms = self._terms[place]
            own = [term for term in sure if term in self._counts[key]]
            extra = sum(sure[each] * self.weights[each] * self._share(key, each) for each in own if each not in terms)
            written = tuple(dict.fromkeys(said[term][1] for term in own))
            whole = self.WHOLE * self._explained(key, own, said) / telling
            is_sure = any(sure[term] == SURE for term in own)
            yield Match(key, score + self.REST * extra + whole, written, is_sure)

    def _explained(self, key: Key, own: Sequence[str], said: Mapping[str, tuple[float, str]]) -> float:
        """Return how many of the words that say its ``own`` terms belong to a key, each as far as it does."""
        shares: dict[str, float] = {}
        for term in own:
            quality, word = said[term]
            shares[word] = max(shares.get(word, 0.0), quality * self._share(key, term))
        return sum(shares.values())

    def _share(self, key: Key, term: str) -> float:
        return min(1.0, self._counts[key].get(term, 0) / self.OWN)

    def _scores(self, sure: Mapping[str, float]) -> Iterator[tuple[int, float]]:
        """Yield the phrases with one of the terms, each with its score: how much is found, and how rare it is."""
        found: dict[int, float] = defaultdict(float)
        for term, quality in sure.items():
            for place, weight in self._postings.get(term, ()):
                found[place] += quality * weight
        for place, weight in found.items():
            total = self._totals[place]
            said = min(weight, total)
            yield place, said * (said / total) ** self.LOSS


def _terms_by_word(lexicon: Lexicon, words: Sequence[str]) -> dict[str, tuple[float, str]]:
    """Return the terms of some words: how surely each is meant, and by which word."""
    found: dict[str, tuple[float, str]] = {}
    for word in words:
        for term, quality in lexicon.read(word).items():
            if quality > found.get(term, (0.0, ""))[0]:
                found[term] = quality, word
    return found
