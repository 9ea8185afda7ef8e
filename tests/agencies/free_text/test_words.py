"""The keys of words: what meets across dialect, spelling and script, and what does not."""

import pytest

from agencies.free_text.lexicon import (
    BY_ERROR,
    BY_SOUND,
    NONE,
    SURE,
    Lexicon,
    Phrase,
    PhraseIndex,
    consonants,
    is_empty,
    sentences,
    stem,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("المكسورة", "مكسورين"),
        ("بالشارع", "شارع"),
        ("عالشارع", "شارعنا"),
        ("وبالحاويات", "حاويات"),
        ("paving", "paved"),
    ],
    ids=["number", "article", "dialect", "two prefixes", "english"],
)
def test_inflections_share_a_stem(one: str, other: str) -> None:
    (first,), (second,) = sentences(one)[0], sentences(other)[0]
    assert stem(first) == stem(second)


@pytest.mark.parametrize(
    ("one", "other"),
    [("مدارس", "المدرسة"), ("فواتير", "فاتورة"), ("ma2tou3a", "مقطوعه"), ("zar2a", "zarqa"), ("7ofra", "حفره")],
    ids=["broken plural", "plural of four", "latin letters", "two spellings", "a digit for a letter"],
)
def test_consonants_meet_across_plurals_and_scripts(one: str, other: str) -> None:
    (first,), (second,) = sentences(one)[0], sentences(other)[0]
    assert consonants(first) == consonants(second) != ""


def test_too_few_consonants_say_nothing() -> None:
    assert consonants("مي") == consonants("bus") == ""


def test_there_is_no_is_one_word_and_letters_drawn_out_are_one() -> None:
    assert sentences("ما في ميييي. no water") == [[NONE, "مي"], [NONE, "water"]]


def test_words_that_stand_in_every_text_are_empty_with_a_particle_too() -> None:
    assert [is_empty(word) for word in ("في", "وما", "the", "مياه")] == [True, True, True, False]


@pytest.fixture
def lexicon() -> Lexicon:
    return Lexicon.of([("#water", ["مياه", "مي", "water"]), ("#cut", ["مقطوعة", "انقطاع"])])


def test_a_word_is_read_by_itself_by_sound_and_with_one_wrong_letter(lexicon: Lexicon) -> None:
    lexicon.learn("حاوية النفايات")
    assert lexicon.read("المي") == {"#water": SURE}
    assert lexicon.read("ma2too3a") == {"#cut": BY_SOUND}
    assert BY_ERROR in lexicon.read("نفابات").values()
    assert lexicon.read("كرسي") == {}


def test_a_phrase_found_whole_goes_before_one_found_in_part(lexicon: Lexicon) -> None:
    said = [("outage", "مي مقطوعة"), ("bill", "فاتورة مي"), ("bill", "فاتورة كهرباء"), ("outage", "خزان فاضي")]
    index = PhraseIndex([Phrase(key, lexicon.learn(text)) for key, text in said])
    first, second = index.matches(lexicon, sentences("انقطاع المياه عن الحي"))
    assert (first.key, first.words) == ("outage", ("انقطاع", "المياه"))
    assert second.key == "bill"
    assert first.score > 2 * second.score


def test_words_far_apart_make_no_phrase(lexicon: Lexicon) -> None:
    index = PhraseIndex([Phrase("outage", lexicon.learn("مي مقطوعة"))])
    near, far = (index.matches(lexicon, sentences(text))[0].score for text in ("المي مقطوعة", "المي. الشارع مقطوعة"))
    assert near > 2 * far
