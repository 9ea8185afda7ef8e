"""Words meet under one key whatever their spelling, and keep apart under their form."""

import pytest

from complaints.answer_quality.lexicon import is_junk, passages, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("الإجراءات", "اجرائات"),
        ("المختصة", "مختصه"),
        ("تـمّـت", "تمت"),
        ("موظف", "الموضف"),
        ("measures", "measure"),
    ],
)
def test_spellings_have_one_key(one: str, other: str) -> None:
    assert words(one)[0].key == words(other)[0].key


def test_forms_keep_apart_what_has_one_root() -> None:
    replaced, alternative = words("استبدلناها البديل")
    assert replaced.form == words("استبدل")[0].form
    assert replaced.form != alternative.form
    assert [word.form for word in words("ووصلنا وزارة")] == ["وصل", "وزار"]


def test_numbers_days_and_addresses_are_words_of_their_own() -> None:
    found = words("كلفته ٢٫٥ دينار يوم ٣/١١ عبر takaful.naf.gov.jo")
    assert [word.text for word in found if word.is_number or word.is_address][-2:] == ["3/11", "takaful.naf.gov.jo"]


def test_passages_end_at_stops_and_not_within_amounts() -> None:
    assert [passage.text for passage in passages("صُرف 11.4 دينار، ثم أُعيد. نعم")] == [
        "صُرف 11.4 دينار",
        "ثم أُعيد",
        "نعم",
    ]


@pytest.mark.parametrize(
    ("word", "junk"), [("هههه", True), ("asdf", True), ("شسيب", True), ("مياه", False), ("HVAC", False)]
)
def test_junk(word: str, junk: bool) -> None:  # noqa: FBT001 - a parameter of the table
    assert is_junk(words(word)[0].text) is junk
