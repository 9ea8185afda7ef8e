"""Form fields accept what people type, refuse what cannot be kept, and say why in a sentence."""

from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.translation import override
from hypothesis import given, strategies as st

from kit.forms import (
    BirthDateField,
    Card,
    ChoiceCardsField,
    DigitsField,
    EmailField,
    Form,
    LineField,
    MobileField,
    MultipleFileField,
    NumberField,
    ParagraphField,
    PasswordField,
    safe_text,
)

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def problem(field: forms.Field, value: object, *, language: str = "ar") -> list[str]:
    """Return the sentences a field answers with."""
    with override(language):
        with pytest.raises(ValidationError) as refused:
            field.clean(value)
        return refused.value.messages


# ---- digits ----


@given(digits=st.text("0123456789", min_size=10, max_size=10), family=st.sampled_from([{}, ARABIC, PERSIAN]))
def test_ten_digits_come_out_as_they_are_in_every_family_of_digits(digits, family):
    assert DigitsField(length=10).clean(digits.translate(family)) == digits


@pytest.mark.parametrize(
    "typed",
    [
        "26 0482 1735",
        "26-0482-1735",
        "\u202a2604821735\u202c",
        "٢٦ ٠٤٨٢ ١٧٣٥",
        " 26\u00a00482\u20111735\n",
        "26/0482/1735",
    ],
)
def test_spaces_dashes_and_invisible_marks_around_digits_are_forgiven(typed):
    assert DigitsField(length=10).clean(typed) == "2604821735"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ar", "الرقم الوطني: يجب إدخال 10 خانات، وقد أدخلتم 9"),
        ("en", "National number must have 10 digits; you entered 9"),
    ],
)
def test_a_wrong_length_says_how_many_digits_were_typed(language, sentence):
    label = {"ar": "الرقم الوطني", "en": "National number"}[language]
    assert problem(DigitsField(length=10, label=label), "987123456", language=language) == [sentence]


def test_a_number_of_varying_length_names_both_limits():
    field = DigitsField(min=6, max=20, label="رقم الوثيقة")
    assert problem(field, "12345") == ["رقم الوثيقة: يجب أن يكون عدد الخانات بين 6 و20، وقد أدخلتم 5"]


@pytest.mark.parametrize("typed", ["12345abcde", "١٢٣٤٥حرفين", "12345\x0067890", "²²²²²²²²²²", "१२३४५६७८९०"])
def test_letters_and_other_digits_are_not_digits(typed):
    assert problem(DigitsField(length=10, label="الرقم الوطني"), typed) == ["أدخلوا الرقم الوطني بالأرقام فقط"]


def test_a_megabyte_of_digits_is_counted_and_refused():
    assert problem(DigitsField(length=5, label="الرمز"), "1" * 1_000_000) == [
        "الرمز: يجب إدخال 5 خانات، وقد أدخلتم 1,000,000"
    ]


def answers(field: forms.Field, typed: object) -> tuple[Any, int]:
    """Return what a field makes of the text, and how many sentences it answers with instead."""
    try:
        return field.clean(typed), 0
    except ValidationError as refused:
        return None, len(refused.messages)


@given(st.text())
def test_number_fields_answer_anything_with_a_value_or_one_sentence(typed):
    for field in (DigitsField(length=10, required=False), NumberField(required=False), MobileField(required=False)):
        assert answers(field, typed)[1] in {0, 1}


# ---- counted numbers ----


@pytest.mark.parametrize(
    ("typed", "number"), [("15", 15), ("١٥", 15), ("۱۵", 15), (" 1,240 ", 1240), ("١٬٢٤٠", 1240), ("0", 0)]
)
def test_a_number_is_read_in_every_family_of_digits(typed, number):
    assert NumberField(max=5000).clean(typed) == number


@pytest.mark.parametrize("typed", ["0", "31", "-5x", "3.5", "ثلاثة", "9" * 6000])
def test_a_number_outside_its_limits_names_them(typed):
    assert problem(NumberField(min=1, max=30), typed) == ["أدخلوا عددًا صحيحًا من 1 إلى 30"]


# ---- telephones ----


@pytest.mark.parametrize(
    "typed",
    [
        "0790001234",
        "079 000 1234",
        "٠٧٩٠٠٠١٢٣٤",
        "+962 79 000 1234",
        "00962790001234",
        "790001234",
        "\u2066+962790001234\u2069",
    ],
)
def test_a_jordanian_mobile_is_kept_in_one_form(typed):
    assert MobileField().clean(typed) == "+962790001234"


@pytest.mark.parametrize(
    "typed", ["065008080", "0799", "079000123a", "+971501234567", "112", "+", "0790001234\x00", "7" * 5000]
)
def test_what_is_no_jordanian_mobile_is_refused_with_an_example(typed):
    assert problem(MobileField(), typed) == ["أدخلوا رقم هاتف محمول، مثل 0790001234"]


def test_another_country_may_be_allowed():
    assert MobileField(regions=("JO", "AE")).clean("+971 50 123 4567") == "+971501234567"


# ---- text ----


@pytest.mark.parametrize("field", [LineField(max=50), ParagraphField(max=50)])
@pytest.mark.parametrize("text", ["أ\x00ب", "a\ud800b", "a\x07b"])
def test_text_that_cannot_be_stored_is_refused(field, text):
    assert problem(field, text) == ["تعذرت قراءة جزء من هذا النص. اكتبوه هنا بدل لصقه."]


@pytest.mark.parametrize("field", [LineField(max=30_000), ParagraphField(max=30_000)])
def test_twenty_thousand_marks_over_one_letter_are_refused(field):
    assert problem(field, "ا" + "\u0651" * 20_000) == ["على أحد الأحرف علامات تشكيل كثيرة. احذفوا بعضها."]


def test_fully_marked_arabic_is_welcome():
    text = "إِنَّ الشَّكْوَىٰ حَقٌّ لِكُلِّ مُوَاطِنٍ\u200f"
    assert ParagraphField(max=100).clean(text) == text


@pytest.mark.parametrize("mark", "\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
def test_marks_that_turn_text_round_are_refused_in_a_line(mark):
    assert problem(LineField(max=50), f"رنا{mark}سامي") == ["في النص علامات خفية تغيّر اتجاهه. اكتبوه هنا بدل لصقه."]


@pytest.mark.parametrize("field", [LineField(max=50), ParagraphField(max=50)], ids=["line", "paragraph"])
def test_a_text_that_nobody_sees_is_none(field):
    assert problem(field, " \u200b\u202e\u2060 \u3164\u2800\U000e0041\n") == problem(field, "")


def test_joiners_and_direction_marks_are_legitimate_in_a_line():
    assert LineField(max=50).clean("می\u200cخواهم\u200f") == "می\u200cخواهم\u200f"


def test_a_line_has_single_spaces_and_no_breaks():
    assert LineField(max=50).clean("  رنا \n سامي\t الخطيب ") == "رنا سامي الخطيب"


def test_a_paragraph_keeps_its_lines_and_counts_a_break_once():
    assert ParagraphField(max=7).clean("one\r\ntwo") == "one\ntwo"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("ar", "اكتبوا 3,000 حرف على الأكثر، وقد كتبتم 5,000"),
        ("en", "Write at most 3,000 characters; you have written 5,000"),
    ],
)
def test_a_text_that_is_too_long_says_both_counts(language, sentence):
    assert problem(ParagraphField(max=3000), "س" * 5000, language=language) == [sentence]


def test_a_text_that_is_too_short_says_both_counts():
    assert problem(ParagraphField(max=3000, min=40), "تم") == ["اكتبوا 40 حرفًا على الأقل، وقد كتبتم 2"]


@given(st.text())
def test_any_text_is_either_kept_without_nul_or_refused(text):
    try:
        kept = safe_text(text)
    except ValidationError:
        return
    kept.encode()
    assert "\0" not in kept


# ---- e-mail and passwords ----


@pytest.mark.parametrize(
    "typed", ["rana", "rana@", "a@b\x00.com", "@", "rana@example.com\nBcc: x@y.com", f"{'a' * 300}@example.com"]
)
def test_what_is_no_address_is_refused_with_an_example(typed):
    assert problem(EmailField(), typed) == ["أدخلوا عنوان بريد إلكتروني، مثل name@example.com"]


def test_an_address_is_kept_without_invisible_marks():
    assert EmailField().clean(" \u200erana@example.com ") == "rana@example.com"


def test_a_password_is_kept_exactly_as_typed():
    assert PasswordField().clean("  كلمة مرور طويلة  ") == "  كلمة مرور طويلة  "


def test_a_password_of_two_hundred_letters_is_refused_before_hashing():
    assert problem(PasswordField(), "a" * 200) == ["يجب ألا تزيد كلمة المرور على 128 حرفًا"]


# ---- choices ----


class Filing(Form):
    kind = ChoiceCardsField(label="النوع", cards=[Card("complaint", "شكوى")])
    subject = LineField(label="الموضوع", max=120)
    question = LineField(label="ما الذي حدث؟", max=10, error_messages={"required": "صفوا ما حدث"})
    city = forms.ChoiceField(label="المدينة", choices=[("", "—"), ("amman", "عمّان")])
    born = BirthDateField(label="تاريخ الميلاد")
    agreed = forms.BooleanField(label="أوافق على سياسة الاستخدام")


def test_every_missing_answer_names_its_field():
    assert {name: list(errors) for name, errors in Filing({}).errors.items()} == {
        "kind": ["اختاروا: النوع"],
        "subject": ["أدخلوا: الموضوع"],
        "question": ["صفوا ما حدث"],
        "city": ["اختاروا: المدينة"],
        "born": ["أدخلوا: تاريخ الميلاد"],
        "agreed": ["ضعوا علامة بجانب: أوافق على سياسة الاستخدام"],
    }


def test_cards_of_one_form_do_not_leak_into_the_next():
    changed = Filing()
    changed.offer("kind", [Card("praise", "ثناء", "شكر")])
    assert changed.fields["kind"].clean("praise") == "praise"
    assert problem(Filing().fields["kind"], "praise") != []
    assert problem(changed.fields["kind"], "complaint") != []


def test_cards_can_only_be_offered_for_a_field_of_cards():
    with pytest.raises(TypeError):
        Filing().offer("subject", [])


def test_an_answer_that_was_not_offered_is_refused():
    assert len(problem(ChoiceCardsField(cards=[Card("a", "أول")]), "b\x00")) == 1


# ---- files ----


def upload(name: str = "photo.jpg", size: int = 10) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"x" * size)


def test_several_files_come_out_in_their_order():
    files = [upload("one.jpg"), upload("two.jpg")]
    assert MultipleFileField(most=10).clean(files) == files


def test_an_eleventh_file_is_refused():
    assert problem(MultipleFileField(most=10), [upload() for _ in range(11)]) == [
        "اختاروا 10 ملفات على الأكثر، وقد اخترتم 11"
    ]


def test_a_file_that_is_too_large_or_empty_is_named():
    field = MultipleFileField(most=10, max_bytes=1024 * 1024)
    assert problem(field, [upload("big.jpg", 1024 * 1024 + 1), upload("none.jpg", 0)]) == [
        "لم يُرفع \u2068big.jpg\u2069: حجم الملف أكبر من 1 ميغابايت",
        "لم يُرفع \u2068none.jpg\u2069: الملف فارغ",
    ]


def test_a_form_gives_a_field_all_the_files_of_its_box():
    class Evidence(Form):
        photos = MultipleFileField(most=3, required=False)

    files = [upload("one.jpg"), upload("two.jpg")]
    form = Evidence({}, MultiValueDict({"photos": files}))
    assert form.is_valid()
    assert form.cleaned_data["photos"] == files
    empty = Evidence({}, MultiValueDict())
    assert empty.is_valid()
    assert empty.cleaned_data["photos"] == []


def test_a_forged_answer_is_not_repeated_to_the_reader():
    form = Filing({"city": "<b>\x00", "kind": "bribe"})
    assert form.errors["city"] == ["المدينة: اختاروا أحد الخيارات المعروضة"]
    assert form.errors["kind"] == ["النوع: اختاروا أحد الخيارات المعروضة"]
