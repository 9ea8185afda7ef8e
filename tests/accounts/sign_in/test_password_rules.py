"""A password made of its owner's name or of words of the service is refused; unrelated words are accepted."""

import pytest
from django.core.exceptions import ValidationError

from accounts.sign_in import passwords
from accounts.sign_in.passwords import service_words

OWNER = passwords.PasswordOwner(
    number="9902103456", first_name="أمينة", family_name="الخطيب", email="someone@home.example"
)


@pytest.mark.parametrize(
    "password", ["AminaKhatib2026!", "amina-al-khateeb-90", "Ameenah.El-Khatib.1", "KHATIBKHATIB", "الخطيب-أمينة-2026"]
)
def test_the_name_of_its_owner_in_any_spelling_is_refused(password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        passwords.check(password, OWNER)
    assert refused.value.error_list[0].code == "password_too_similar"


@pytest.mark.parametrize("password", ["zaytoun-bahr", "copper-violet-train", "amina-copper-violet", "mannequin-skates"])
def test_words_that_are_not_the_name_are_accepted(password: str) -> None:
    passwords.check(password, OWNER)


def test_words_of_the_service_are_refused_unless_enough_stands_beside_them(settings: object) -> None:
    settings.PUBLIC_URL, settings.OPERATOR_NAME_EN = "https://kitab.gov.example", "Bureau of Grievances"
    guessed = (
        *("Bekhedmatkom2026!", "jordan-amman-1946", "بخدمتكم_بخدمتكم", "Government.Portal", "شكاوى المواطن 2026"),
        *("kitab-kitab-2026", "Grievances.Bureau.7", "بِخِدْمَتِكُم٢٠٢٦٢٠٢٦"),
    )
    for password in guessed:
        with pytest.raises(ValidationError) as refused:
            passwords.check(password)
        assert refused.value.error_list[0].code == "password_too_common", password
    passwords.check("jordan-olive-cloud-9")
    passwords.check("sunflower-amman-bridge")


def test_words_of_the_service_stand_in_one_order_in_every_process() -> None:
    words = service_words()
    assert list(words) == sorted(words, key=lambda word: (-len(word), word))
