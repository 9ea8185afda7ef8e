"""Fields of days take what people type for a month, and say which part is wrong."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given, strategies as st

from kit.components import fields
from kit.forms import BirthDateField, DayField, Form

TODAY = date(2026, 1, 4)


@pytest.mark.parametrize("month", ["3", "03", "٣", "آذار", "اذار", "مارس", "March", "mar"])
def test_a_month_may_be_a_number_or_a_name_of_either_family(month):
    assert BirthDateField(today=lambda: TODAY).clean(["٢٧", month, "1990"]) == date(1990, 3, 27)


@pytest.mark.parametrize("month", ["تشرين الثاني", "تشرين ثاني", "نوفمبر", "November", "١١"])
def test_a_month_of_two_words_is_known_with_and_without_its_articles(month):
    assert BirthDateField(today=lambda: TODAY).clean(["1", month, "1990"]) == date(1990, 11, 1)


@pytest.mark.parametrize(
    ("typed", "code", "sentence"),
    [
        (["27", "13", "1990"], "month", "يجب أن يكون الشهر بين 1 و12"),
        (["27", "آخر", "1990"], "month", "يجب أن يكون الشهر بين 1 و12"),
        (["27", "", "1990"], "month", "أدخلوا شهر الميلاد"),
        (["", "3", "1990"], "day", "أدخلوا يوم الميلاد"),
        (["32", "3", "1990"], "day", "يجب أن يكون اليوم بين 1 و31"),
        (["30", "2", "1990"], "day", "لا يوجد هذا اليوم في الشهر المذكور"),
        (["27", "3", ""], "year", "أدخلوا سنة الميلاد"),
        (["27", "3", "1899"], "year", "يجب أن تكون السنة بين 1900 و2026"),
        (["27", "3", "90"], "year", "يجب أن تكون السنة بين 1900 و2026"),
        (["27", "3", "2027"], "year", "يجب أن تكون السنة بين 1900 و2026"),
        (["5", "1", "2026"], "year", "لا يمكن أن يكون تاريخ الميلاد في المستقبل"),
        (["27", "3", "1" * 6000], "year", "يجب أن تكون السنة بين 1900 و2026"),
        (["27\x00", "3", "1990"], "day", "يجب أن يكون اليوم بين 1 و31"),
    ],
)
def test_an_impossible_birth_date_names_the_part_that_is_wrong(typed, code, sentence):
    with pytest.raises(ValidationError) as refused:
        BirthDateField(today=lambda: TODAY).clean(typed)
    assert (refused.value.code, refused.value.messages) == (code, [sentence])


def test_today_is_the_last_day_that_is_accepted():
    assert BirthDateField(today=lambda: TODAY).clean(["4", "1", "2026"]) == TODAY


@given(st.lists(st.text(max_size=12), min_size=3, max_size=3))
def test_a_birth_date_answers_anything_with_a_date_or_a_sentence(typed):
    sentences: list[str] = []
    try:
        born = BirthDateField(today=lambda: TODAY, required=False).clean(typed)
    except ValidationError as refused:
        born, sentences = None, refused.messages
    assert len(sentences) <= 1
    assert born is None or date(1900, 1, 1) <= born <= TODAY


@pytest.mark.parametrize(
    ("typed", "code", "sentence"),
    [
        (["", "3", "2025"], "day", "Enter the day too"),
        (["27", "", "2025"], "month", "Enter the month too"),
        (["27", "3", ""], "year", "Enter the year too"),
        (["5", "1", "2026"], "year", "This date is in the future. Enter today's date or an earlier one"),
    ],
)
def test_a_day_of_something_else_says_nothing_of_a_birth(typed, code, sentence):
    with pytest.raises(ValidationError) as refused:
        DayField(today=lambda: TODAY).clean(typed)
    with override("en"):
        assert (refused.value.code, refused.value.messages) == (code, [sentence])
    assert DayField(today=lambda: TODAY).clean(["4", "1", "2026"]) == TODAY


def test_the_browser_fills_in_birthdays_alone():
    class Days(Form):
        born = BirthDateField()
        began = DayField()

    drawn = {name: fields.field(field=Days()[name]) for name in ("born", "began")}
    assert [drawn["born"].count(f'autocomplete="bday-{part}"') for part in ("day", "month", "year")] == [1, 1, 1]
    assert (drawn["began"].count('autocomplete="off"'), drawn["began"].count("bday")) == (3, 0)
