"""A member of staff who registers as a citizen is known to be the same person, by the proven mobile number."""

from accounts.account.phone import change_phone
from accounts.identity.staff_citizen_link import citizen_with_phone, link_staff


def test_staff_with_the_citizens_proven_number_get_their_own_person(omar, yusuf, amina, now):
    change_phone(amina, omar.phone, at=now)
    omar.refresh_from_db()
    yusuf.refresh_from_db()
    assert (omar.person, yusuf.person) == (amina, None)


def test_a_person_once_named_stays(omar, amina, karim):
    omar.person = karim
    omar.save(update_fields=["person"])
    amina.phone = omar.phone
    amina.save(update_fields=["phone", "phone_lookup"])
    link_staff(amina)
    omar.refresh_from_db()
    assert omar.person == karim


def test_the_person_of_a_number_is_the_proven_one(amina, karim):
    karim.phone = amina.phone
    karim.identity = "pending"
    karim.save(update_fields=["phone", "phone_lookup", "identity"])
    assert (citizen_with_phone(amina.phone), citizen_with_phone("+962790009999")) == (amina, None)
