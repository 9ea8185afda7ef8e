"""The bidi lint finds what it is for, and nothing else."""

import pytest

from tests.ui.bidi import reversed_numbers


@pytest.mark.parametrize("number", ["26 0482 1735", "26-0482-1735", "+962790001234", "10–12", "079 •••"])
def test_a_number_group_in_running_text_is_found(number):
    assert reversed_numbers(f"<p>رقمكم {number} هنا</p>") == [f"رقمكم {number} هنا"]


@pytest.mark.parametrize("number", ["2604821735", "15/1/2026", "14:30", "1,240"])
def test_a_number_without_gaps_is_safe(number):
    assert reversed_numbers(f"<p>رقمكم {number} هنا</p>") == []


def test_an_isolated_number_is_safe_and_the_text_after_it_is_still_read():
    html = '<p>رقمكم <bdi dir="ltr">26 0482 1735</bdi> ثم <b>10-12</b></p>'
    assert reversed_numbers(html) == ["10-12"]


def test_marks_that_isolate_are_as_good_as_markup():
    assert reversed_numbers("<p>رقمكم \u2066079 ••• 1234\u2069 هنا</p>") == []
    assert reversed_numbers("<p>رقمكم \u2066079\u2069 ثم 10-12</p>") == ["رقمكم \u2066079\u2069 ثم 10-12"]


def test_a_void_element_does_not_hide_what_follows():
    assert reversed_numbers("<p dir=ltr>1 2<br></p><p>3 4</p>") == ["3 4"]


def test_options_and_titles_cannot_hold_markup_and_are_skipped():
    assert reversed_numbers("<title>1 2</title><select><option>3 4</option></select>") == []
