"""The forms a word is looked for in."""

import pytest

from complaints.search.word_forms import word_forms
from kit.arabic import strip_prefixes


def finds(typed: str, written: str) -> bool:
    return word_forms(strip_prefixes(typed)).covers(strip_prefixes(written))


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        # written as one with a particle, or as somebody's
        ("مياه", "ومياه"),
        ("مياه", "بمياهنا"),
        ("والمدارس", "مدرسة"),
        ("شكواي", "شكوى"),
        ("شكوى", "شكواهم"),
        ("مدرستنا", "المدرسة"),
        # sound plurals and duals
        ("بلدية", "البلديات"),
        ("موظفين", "موظف"),
        ("معاملتي", "معاملات"),
        ("شارعين", "الشارع"),
        # broken plurals, by pattern
        ("مدارس", "مدرسة"),
        ("شارع", "شوارع"),
        ("فواتير", "فاتورتي"),
        ("تقرير", "التقارير"),
        ("رصيف", "الأرصفة"),
        ("وزير", "الوزراء"),
        ("طرق", "الطريق"),
        ("حقوق", "الحق"),
        ("الحق", "حقوقنا"),
        ("جيران", "جاري"),
        ("قضايا", "القضية"),
        # and by the list
        ("ماء", "المياه"),
        ("نساء", "امرأة"),
        # other spellings
        ("مسئول", "المسؤول"),
        ("كهربا", "الكهربائية"),
        ("لجنة", "للجنة"),
        # what is not typed to its end
        ("انقط", "الانقطاعات"),
        ("kaz", "kazanci"),
        ("500", "5008080"),
    ],
)
def test_a_word_finds_its_forms(typed: str, written: str) -> None:
    assert finds(typed, written)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("بلدية", "لديه"),
        ("مدرسة", "مدرسين"),
        ("مياه", "مياوم"),
        ("شارع", "مشروع"),
        ("حفرة", "محافظة"),
    ],
)
def test_a_word_does_not_find_what_only_looks_like_it(typed: str, written: str) -> None:
    assert not finds(typed, written)


@pytest.mark.parametrize("word", ["في", "5008080", "a", "ا" * 200, "رقم12"])
def test_what_is_no_arabic_word_is_looked_for_as_it_stands(word: str) -> None:
    forms = word_forms(word)
    assert (forms.exact, forms.beginnings) == (frozenset(), frozenset({word}))


def test_no_word_asks_for_more_than_the_index_answers_quickly() -> None:
    words = ["شكوى", "مياه", "طرق", "مزارعين", "قضايا", "استفساراتهم", "حقوقنا", "وبالمعاملات"]
    assert max(len(forms.exact) + len(forms.beginnings) for forms in map(word_forms, words)) < 250
