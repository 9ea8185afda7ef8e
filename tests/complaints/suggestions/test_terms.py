"""The words and trigrams of a text, equal to what the database makes of it."""

import pytest
from django.db import connection

from complaints.suggestions.suggestion_model import term_stems, terms_with_order, trigrams
from kit.arabic import strip_prefixes

TEXTS = ("انقطاع المياه عن حي نزال", "Street lamps, 3 weeks!", "مياه\nالشارع؛ بناية ٧", "", "؟!", "a", "ما هذا")


@pytest.mark.django_db
def test_trigrams_are_those_of_postgresql() -> None:
    for folded in map(strip_prefixes, TEXTS):
        with connection.cursor() as cursor:
            cursor.execute("SELECT show_trgm(%s)", [folded])
            (theirs,) = cursor.fetchone()
        # pg_trgm writes a trigram of many bytes as its hash: the number is what can be compared.
        assert len(trigrams(folded)) == len(theirs), folded


def test_particles_and_words_of_every_text_are_left_out() -> None:
    assert terms_with_order("لا تعمل الإنارة في شارعنا منذ أسبوع") == ["تعمل", "اناره", "شارعنا", "اسبوع"]
    assert terms_with_order("The lamps are not working") == ["lamps", "working"]


def test_forms_of_a_word_meet_in_its_beginning() -> None:
    assert set(term_stems(terms_with_order("مياهنا"))) & set(term_stems(terms_with_order("والمياه"))) == {"مياه~"}
