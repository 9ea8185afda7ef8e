"""The places that a text names, and the ordinary words that it does not mean as one."""

import pytest

from agencies.free_text.lexicon import sentences
from agencies.free_text.places import PlaceIndex, names

AMMAN, ZARQA, IRBID = 1, 2, 3
JAMIA, TABARBOUR, TOWN_OF_ZARQA, MAZAR_NORTH, MAZAR_SOUTH = 11, 12, 13, 14, 15


@pytest.fixture(scope="module")
def index() -> PlaceIndex:
    listed = [
        ("العاصمة؛ عمان؛ Amman", AMMAN, None),
        ("الزرقاء", ZARQA, None),
        ("Zarqa", ZARQA, None),
        ("Irbid", IRBID, None),
        ("الجامعة", AMMAN, JAMIA),
        ("طبربور وأبو عليا", AMMAN, TABARBOUR),
        ("قصبة الزرقاء", ZARQA, TOWN_OF_ZARQA),
        ("المزار", IRBID, MAZAR_NORTH),
        ("المزار", AMMAN, MAZAR_SOUTH),
    ]
    found = [name for text, governorate, city in listed for name in names(text, governorate, city)]
    return PlaceIndex(found, frozenset({"جامعه"}))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("حفرة بطبربور", (AMMAN, TABARBOUR)),
        ("الكهرباء مقطوعة في أبو عليا", (AMMAN, TABARBOUR)),
        ("باص الزرقا", (ZARQA, None)),
        ("bus in zar2a", (ZARQA, None)),
        ("ahel erbed", (IRBID, None)),
        ("el sayyara lonha zor2a w el 3amood rabad", None),
        ("no water in Amman", (AMMAN, None)),
        ("رسوم الجامعة", None),
        ("حفرة في منطقة الجامعة", (AMMAN, JAMIA)),
        ("بلدية المزار", None),
        ("لا مكان هنا", None),
    ],
    ids=[
        "particle",
        "two words",
        "spelling",
        "sound",
        "vowel",
        "other sounds",
        "english",
        "a word",
        "introduced",
        "two places",
        "none",
    ],
)
def test_a_place_is_found(index: PlaceIndex, text: str, place: tuple[int, int | None] | None) -> None:
    found = index.find(sentences(text))
    assert (found and (found.governorate, found.city)) == place


def test_the_governorate_tells_which_of_two_places_is_meant(index: PlaceIndex) -> None:
    found = index.find(sentences("مدرسة المزار"), governorate=IRBID)
    assert found is not None
    assert found.city == MAZAR_NORTH
