"""The words and phrases that the reader knows, compiled once from reference data. Pure: no database."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from kit.arabic import fold

# ---- Words that stand in every text whatever it is about: in Arabic of all dialects, English and Latin
# letters.


_WORDS = """
    حالك حالكم
    في من عن على الى او اي لا لم لن مع هذا هذه هاي هاد هادا هذول تم ان اذا كل بين قبل بعد حتى ذلك التي
    الذي اللي يلي الي كما عند كان كانت كاين هل ما مش مو مهو شو ليش وين كيف هو هي هم احنا نحن انا انت
    انتو لدي لدينا عندي عندنا عنا عنده فيه فيها اكثر جدا كثير كتير حيث الا قد بدي بدنا بده رح راح عم صار
    صارت صارله صارلها صارلنا يا اخوان والله لو سمحتم سمحتو بس لانه علشان عشان هيك هناك هنا شي اشي شيء
    النا الو اله الها الهم لي له لها يوم ايام شهر شهرين شهور اشهر اسبوع اسبوعين سنة سنه سنين سنوات ساعة
    ساعه ساعات دقيقة قدام جنب فوق تحت ورا باقي بعض ثاني ثانيه واحد وحده عليي علي عليكم علينا عليهم اجا
    ايجا يجي بيجي مرة مره مرات ناس الناس عالم حدا محدا احد ولا العصر الظهر الصبح المسا البارحه مبارح هلا
    هلق هسا هسه لهسا اقل لازم ممكن يمكن كلها كلهم كله جديد day days week weeks month months year years
    hour hours since until one two three my ago people someone all every night هون يعني سلام السلام
    وعليكم مرحبا اهلا صباح مساء الخير انو انه كمان ايضا عليه عليها منه منها منا الله نرجو ارجو الرجاء
    يرجى منذ لما لسا لسه اليوم امبارح the a an of and to in is are was were be been am for on at we i
    our me it its has have had with from this that not no they their his her by as or please there so
    very you your but too when will can do does did el al il fel bel 3al 3ala men mn fi fe w wa ma mesh
    mish bas ana e7na 3andi 3ande 3anna
"""
#: The words, folded.
EMPTY: Final = frozenset(_WORDS.split())


# ---- Splits a text into words, and gives the keys by which spellings of one word meet: dialect, errors, Latin
# letters.
#
# Pure: no database. An Arabic word is compared by itself, by its stem, and by the consonants of its stem, on which
# broken plurals, most errors of spelling and Arabic in Latin letters («ma2too3a») agree.


#: What a stem keeps at least; and what of consonants tells one word from another.
ROOT = 3
#: From so many letters on, one wrong letter is forgiven.
FORGIVEN = 5
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
#: What is longer is no word, and would fill what is remembered of words.
LONGEST_WORD = 40
_SENTENCE = re.compile(r"[.!?؟;؛\n،,:]+")
#: "There is no" is one word, however it is written.
_THERE_IS_NO = re.compile(
    r"\bما (?:في|فيه|فيها|فيهم|فيش|عنا|عندنا|عندي|عنده)\b|\bلا يوجد\b|\bعدم وجود\b"
    r"|\bma f[ei]+h?\b|\bno(?:t any)?\b|\bthere isnt\b"
)
NONE = "مافي"
_EDGES = re.compile(r"^\W+|\W+$")
_REPEATED = re.compile(r"(.)\1{2,}")
_ARABIC = re.compile("[\u0620-\u064a]+")
_LATIN = re.compile("[a-z0-9]*[a-z][a-z0-9]*")

# ---- Arabic ----

#: Article, particles and the short forms of «على», «هذا» and «شو» that are written as one with a word.
_ARTICLES = ("وبال", "وعال", "وهال", "بهال", "عهال", "وال", "بال", "كال", "فال", "عال", "هال", "شال", "ولل", "لل", "ال")
_PARTICLES = ("و", "ب", "ل", "ف", "ع")
_OF_VERBS = ("مابت", "مابي", "مابن", "ماب", "مبت", "مبي", "بت", "بي", "بن")
_ENDINGS = (
    *("ياتها", "ياتهم", "اتها", "اتهم", "اتنا", "تهم", "تها", "تنا", "تكم", "يات", "ات", "ين", "ون", "تي", "ها"),
    *("هم", "كم", "نا", "وا", "ني", "يه", "ه", "ي", "ت", "ا", "و"),
)
_CONSONANTS = str.maketrans("بتطثجحخدضذظرزسصشغفقكلمن", "btttjhxdddzrzsscgfkklmn", "اويىءئؤعه")

# ---- Latin letters ----

_DIGRAPHS = (
    *(("kh", "x"), ("5", "x"), ("7'", "x"), ("sh", "c"), ("ch", "c"), ("gh", "G"), ("3'", "G"), ("8", "G")),
    *(("th", "t"), ("dh", "d"), ("ou", "u"), ("ee", "i"), ("oo", "u"), ("aa", "a")),
)
_LETTERS = str.maketrans("7962qgGpv", "hstkkkgbf", "aeiouywh'3401")
_HEARD = str.maketrans("7962qgGpvaeiyouw", "hstkkkgbfAAAAUUU", "h'3401")
_ARTICLES_IN_LATIN = ("bel", "bil", "wel", "wil", "fel", "fil", "lel", "3al", "el", "al", "il")
_ENDINGS_OF_ENGLISH = ("ings", "ing", "ies", "ed", "es", "ly", "s")


def sentences(text: str) -> list[list[str]]:
    """Return the words of each sentence of a text, folded."""
    found = (_words(part) for part in _SENTENCE.split(_THERE_IS_NO.sub(NONE, fold(text))))
    return [words for words in found if words]


def _words(part: str) -> list[str]:
    found = (_REPEATED.sub(r"\1", word).replace("'", "").replace("’", "") for word in _WORD.findall(part))
    return [word for word in found if len(word) <= LONGEST_WORD]


def as_written(text: str, words: Sequence[str]) -> tuple[str, ...]:
    """Return folded words of a text as they are written in it, each once."""
    written = _written(text)
    return tuple(dict.fromkeys(written.get(word, word) for word in words if word != NONE))


@lru_cache(maxsize=16)
def _written(text: str) -> Mapping[str, str]:
    """Return how each word of a text is written; each topic, agency and place that was found asks for the same text."""
    written: dict[str, str] = {}
    for raw in text.split():
        for word in (word for part in sentences(raw) for word in part):
            written.setdefault(word, _EDGES.sub("", raw))
    return written


@lru_cache(maxsize=16384)
def without_article(word: str) -> str:
    """Return a folded word without an article that is written as one with it."""
    if _LATIN.fullmatch(word):
        return word
    return next(
        (word[len(each) :] for each in _ARTICLES if word.startswith(each) and len(word) - len(each) >= ROOT - 1), word
    )


@lru_cache(maxsize=16384)
def bare_forms(word: str) -> tuple[str, ...]:
    """Return a folded word, and what is left of it without an article or a particle written as one with it."""
    return tuple(dict.fromkeys([word, *_bare(word)]))


def _bare(word: str) -> Iterator[str]:
    if _LATIN.fullmatch(word):
        yield from _bare_in_latin(word)
        return
    if (bare := without_article(word)) != word:
        yield bare
    elif len(word) > ROOT and word.startswith(_PARTICLES):
        yield word[1:]


def _bare_in_latin(word: str) -> Iterator[str]:
    for prefix in _ARTICLES_IN_LATIN:
        if word.startswith(prefix) and len(word) - len(prefix) >= ROOT:
            yield word[len(prefix) :]
            return


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """Return the stem of a folded word, which its inflections mostly share."""
    if _LATIN.fullmatch(word):
        return _without_ending(word, _ENDINGS_OF_ENGLISH, least=ROOT)
    bare = _of_verb(_without_and(without_article(word)))
    return _without_ending(_without_ending(bare, _ENDINGS, least=ROOT), _ENDINGS, least=ROOT + 1)


def _without_and(word: str) -> str:
    return word[1:] if len(word) > ROOT + 2 and word[0] == "و" else word


def _of_verb(word: str) -> str:
    for prefix in _OF_VERBS:
        if word.startswith(prefix) and len(word) - len(prefix) >= ROOT:
            return word[len(prefix) :]
    return word


def _without_ending(word: str, endings: tuple[str, ...], *, least: int) -> str:
    fitting = (each for each in endings if word.endswith(each) and len(word) - len(each) >= least)
    return word.removesuffix(next(fitting, ""))


@lru_cache(maxsize=16384)
def consonants(word: str) -> str:
    """Return the consonants of a word in one script for both; empty where too few are left to tell words apart."""
    if _ARABIC.fullmatch(word):
        found = stem(word).translate(_CONSONANTS)
    elif _LATIN.fullmatch(word):
        found = _of_latin(word)
    else:
        return ""
    found = re.sub(r"(.)\1+", r"\1", found)
    return found if len(found) >= ROOT else ""


@lru_cache(maxsize=16384)
def sound(word: str) -> str:
    """Return how a word in Latin letters sounds: its consonants, and light or dark vowels; empty as for ``consonants``.

    «tefl», a child, has the consonants of Tafila and sounds otherwise; «Irbid» and «erbed» sound alike.
    """
    if not is_latin(word) or not consonants(word):
        return ""
    heard = _one_letter_sounds(word.rstrip("aeh")).translate(_HEARD)
    return re.sub(r"(.)\1+", r"\1", heard)


def _of_latin(word: str) -> str:
    return _one_letter_sounds(word).translate(_LETTERS)


def _one_letter_sounds(word: str) -> str:
    for written, one_letter in _DIGRAPHS:
        word = word.replace(written, one_letter)
    return word


def is_latin(word: str) -> bool:
    """Tell whether a word is written in Latin letters, perhaps with digits for Arabic ones."""
    return _LATIN.fullmatch(word) is not None


def one_letter_off(word: str) -> Iterator[str]:
    """Yield a word, and the word without each one of its letters: two words that differ by one letter share one."""
    yield word
    if len(word) >= FORGIVEN:
        for place in range(len(word)):
            yield word[:place] + word[place + 1 :]


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
