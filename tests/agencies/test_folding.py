"""The folding of Arabic is the same in Python and in the database."""

import unicodedata

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings, strategies as st

from kit.arabic import fold, fold_digits, strip_prefixes

# What people paste: Arabic with marks and tatweel, presentation forms, Persian letters, Latin, digits of three kinds,
# invisible direction marks, full-width forms, punctuation, emoji.
LETTERS = st.one_of(
    st.sampled_from("المياهوبكفلأإآٱىةؤئکیپچ ـًٌٍَُِّْٰ"),
    st.characters(min_codepoint=0x20, max_codepoint=0x24F),
    st.characters(min_codepoint=0x600, max_codepoint=0x6FF),
    st.characters(min_codepoint=0xFB50, max_codepoint=0xFDFB, exclude_categories=["Cn"]),
    st.characters(min_codepoint=0xFE70, max_codepoint=0xFEFC, exclude_categories=["Cn"]),
    st.sampled_from("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹\u200c\u200d\u200e\u200f\u2066\u2069\ufeffＡｂ９،؛؟«»-_/😀"),
)
TEXT = st.text(LETTERS, max_size=60)


def in_sql(function: str, text: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [text])
        return str(cursor.fetchone()[0])


def folded_otherwise(texts: list[str]) -> list[str]:
    """Return the texts that the functions of the database fold otherwise than those in Python."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ar_norm(text), ar_strip(text) FROM unnest(%s::text[]) AS text", [texts])
        folded = cursor.fetchall()
    return [text for text, pair in zip(texts, folded, strict=True) if pair != (fold(text), strip_prefixes(text))]


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("أَمَانَةُ عَمَّان", "امانه عمان"),
        ("إدارة الســير", "اداره السير"),
        ("مستشفى", "مستشفي"),
        ("شؤون اللاجئين", "شوون اللاجيين"),
        ("٥٠٠۸۰۸۰", "5008080"),
        ("ﻣﻴﺎﻩ", "مياه"),
        ("GAM Amman É", "gam amman é"),
        ("ما\u200cء\u200f", "ماء"),
        ("", ""),
    ],
)
def test_text_is_folded_to_one_form(db, typed, folded):
    assert fold(typed) == folded
    assert in_sql("ar_norm", typed) == folded


@pytest.mark.parametrize(
    ("typed", "stripped"),
    [
        ("المياه والصرف الصحي", "مياه صرف صحي"),
        ("بالمدرسة للطلاب وللمعلمين", "مدرسه طلاب معلمين"),
        ("الرد", "الرد"),
        ("رقم-الهاتف (المحمول)", "رقم-هاتف (محمول)"),
        ("مالية", "ماليه"),
        ("والد الطالب", "والد طالب"),
    ],
)
def test_the_article_is_taken_off_longer_words(db, typed, stripped):
    assert strip_prefixes(typed) == stripped
    assert in_sql("ar_strip", typed) == stripped


def test_null_is_folded_to_nothing(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT ar_norm(NULL), ar_strip(NULL)")
        assert cursor.fetchone() == ("", "")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(texts=st.lists(TEXT, min_size=1, max_size=10))
def test_python_folds_as_the_database_does(db, texts):
    assert folded_otherwise(texts) == []


#: Everything up to general punctuation, the presentation forms, full-width forms, and the Arabic of mathematics.
BLOCKS = (range(1, 0x2100), range(0xF900, 0x10000), range(0x1EE00, 0x1EF00))


def test_every_letter_is_folded_in_python_as_in_the_database(db):
    for block in BLOCKS:
        letters = [chr(point) for point in block if unicodedata.category(chr(point)) not in {"Cs", "Cn"}]
        # Beside an article and beside other letters: what stands around a word decides about its article.
        assert folded_otherwise([f"{one}المياه بال{one}{one}{one} الم{one}ال" for one in letters]) == []


@given(text=TEXT)
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


def test_digits_of_all_three_kinds_become_western():
    assert fold_digits("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ 0123456789") == "0123456789 0123456789 0123456789"


def test_folded_columns_survive_a_restore_with_an_empty_search_path(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path = ''")
        cursor.execute("SELECT public.ar_strip('المياه')")
        assert cursor.fetchone() == ("مياه",)


def test_arabic_has_trigrams_in_this_database(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(show_trgm('مياه'))")
        assert cursor.fetchone() == (5,)
