"""A password made of its owner's name is refused in either alphabet; unrelated words are accepted."""

import pytest
from django.core.exceptions import ValidationError

from accounts.sign_in.passwords import rules

OWNER = rules.PasswordOwner(number="9902103456", first_name="أمينة", family_name="الخطيب", email="someone@home.example")


@pytest.mark.parametrize(
    "password", ["AminaKhatib2026!", "amina-al-khateeb-90", "Ameenah.El-Khatib.1", "KHATIBKHATIB", "الخطيب-أمينة-2026"]
)
def test_the_name_of_its_owner_in_any_spelling_is_refused(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        rules.check(password, OWNER)
    assert refused.value.error_list[0].code == "password_too_similar"


@pytest.mark.parametrize("password", ["zaytoun-bahr", "copper-violet-train", "amina-copper-violet", "mannequin-skates"])
def test_words_that_are_not_the_name_are_accepted(password: str) -> None:
    rules.check(password, OWNER)
