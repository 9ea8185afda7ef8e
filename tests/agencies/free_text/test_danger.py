"""Danger to life or limb: said, denied, figurative, and words that only stand in one text together."""

import pytest

from agencies.free_text.lexicon import Lexicon, sentences
from agencies.free_text.reader import DangerIndex, SignPhrase

GAS, FIRE = 1, 2


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.of([("#leak", ["تسرب", "بتسرب", "leak"]), ("#gas", ["غاز", "gas"])])


@pytest.fixture(scope="module")
def index(lexicon: Lexicon) -> DangerIndex:
    said = [(GAS, "تسرب غاز"), (FIRE, "حريق"), (None, "طفاية حريق"), (FIRE, "بدي اموت"), (None, "اموت من الانتظار")]
    return DangerIndex([SignPhrase(sign, lexicon.learn_whole(text)) for sign, text in said])


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("في تسرب غاز بالعمارة", GAS),
        ("الغاز بتسرب من الجرة", GAS),
        ("gas leak", GAS),
        ("تسرب المياه من الخزان قرب شارع محطة توزيع اسطوانات الغاز", None),
        ("حريق بالبيت", FIRE),
        ("ما في حريق", None),
        ("طفاية الحريق منتهية", None),
        ("ما حد رد والحريق وصل", FIRE),
        ("بدي اموت", FIRE),
        ("بدي اموت من الانتظار", None),
        ("", None),
    ],
    ids=["said", "turned", "english", "far", "alone", "denied", "thing", "other denial", "wish", "figure", "empty"],
)
def test_danger_is_found(lexicon: Lexicon, index: DangerIndex, text: str, sign: int | None) -> None:
    found = index.find(lexicon, sentences(text))
    assert (found.sign if found else None) == sign


def test_the_words_are_those_of_the_text(lexicon: Lexicon, index: DangerIndex) -> None:
    found = index.find(lexicon, sentences("ريحة قوية، الغاز عم بتسرب"))
    assert found is not None
    assert found.words == ("الغاز", "بتسرب")
