"""A closing says what was found and what was done; whatever only looks like an answer is refused."""

import pytest

from complaints.actions.answer_quality import Fault, WeakAnswer, find_faults

FOUND = "عاينت فرقة الصيانة الخط المغذي للحي ووجدت كسرًا في الوصلة الفرعية قرب المدرسة."
DONE = "استبدلت الفرقة الوصلة يوم 12/1/2026 وأعيد الضخ مساء اليوم نفسه بضغط طبيعي."
OWN = "انقطاع المياه عن حي نزال منذ عشرة أيام. لم تصل المياه إلى منازلنا رغم أن دورنا محدد يوم الثلاثاء من كل أسبوع."


def faults(found: str = FOUND, done: str = DONE) -> list[WeakAnswer]:
    return find_faults(found=found, done=done, own_words=OWN)


def test_an_answer_of_substance_passes() -> None:
    assert faults() == []


def test_an_english_answer_of_substance_passes() -> None:
    found = "The meter reader had copied the figure of the neighbouring flat for two months."
    done = "Both bills were cancelled on 3 January and new ones issued; the difference is credited."
    assert faults(found, done) == []


@pytest.mark.parametrize(
    "text",
    [
        "تم عمل اللازم",
        "تمّ عملُ اللازم.",
        "تم اتخاذ الإجراء اللازم حسب الأصول",
        "السلام عليكم، تم عمل اللازم وشكرا لتواصلكم",
        "تم حل المشكلة",
        "تم التواصل مع المشتكي",
        "لا يوجد",
        "The needful was done.",
        "Dear sir, the needful has been done, thank you",
        "test",
        "N/A",
    ],
)
def test_a_bare_formula_is_refused(text: str) -> None:
    assert faults(done=text) == [WeakAnswer("done", Fault.FORMULA)]


@pytest.mark.parametrize(
    "text",
    [
        "ههههههههههههههههههههههههه",
        "....................",
        "ابابابابابابابابابابابابابابابا",
        "تم تم تم تم تم تم تم تم تم تم",
    ],
)
def test_repeated_characters_and_words_are_refused(text: str) -> None:
    assert [hollow.field for hollow in faults(found=text)] == ["found"]
    assert faults(found=text)[0].fault in {Fault.REPEATED, Fault.SHORT}


def test_the_citizens_own_text_is_refused() -> None:
    assert faults(found="لم تصل المياه إلى منازلنا رغم أن دورنا محدد يوم الثلاثاء من كل أسبوع") == [
        WeakAnswer("found", Fault.COPIED)
    ]


def test_an_answer_may_use_the_citizens_words_in_its_own_sentence() -> None:
    text = "سبب انقطاع المياه عن حي نزال كسر في الخط الرئيسي اكتشف يوم الأحد، ولذلك تعطل دور الثلاثاء."
    assert faults(found=text) == []


def test_a_word_or_two_is_too_short_not_a_repetition() -> None:
    assert faults(done="تم أمس") == [WeakAnswer("done", Fault.SHORT)]


def test_an_empty_field_is_too_short() -> None:
    assert faults(found="", done="  ") == [WeakAnswer("found", Fault.SHORT), WeakAnswer("done", Fault.SHORT)]


def test_twenty_letters_are_enough() -> None:
    short, enough = "استبدلت الوصلة في الحي", "استبدلت الوصلات في الحي"
    assert [sum(map(str.isalpha, text)) for text in (short, enough)] == [19, 20]
    assert faults(done=short) == [WeakAnswer("done", Fault.SHORT)]
    assert faults(done=enough) == []


def test_the_same_text_twice_is_refused_beside_the_second() -> None:
    assert faults(found=DONE, done=DONE) == [WeakAnswer("done", Fault.SAME_TWICE)]


def test_very_long_texts_are_judged_at_once() -> None:
    assert faults(found=(FOUND + " ") * 40, done=(DONE + " ") * 40) == []
