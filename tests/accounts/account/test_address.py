"""The account shows the address and changes it with the password; its owner is told."""

import pytest
from django.test import Client

from accounts.models import Citizen
from agencies.models import Governorate
from tests.accounts.account.messages import told
from tests.accounts.keyboard import errors
from tests.cast import PASSWORD, sign_in

pytestmark = pytest.mark.django_db
URL = "/ar/account/address/"


@pytest.fixture
def typed(irbid: Governorate) -> dict[str, str]:
    return {
        "country": "JO",
        "governorate": irbid.code,
        "city": "الرمثا",
        "address": "الحي الشرقي، شارع 9",
        "current": PASSWORD,
    }


def test_an_address_is_changed_with_the_password_and_its_owner_told(
    client: Client, amina: Citizen, irbid: Governorate, typed: dict[str, str]
) -> None:
    sign_in(client, amina)
    assert client.post(URL, typed)["Location"] == "/ar/account/"
    amina = Citizen.objects.get(pk=amina.pk)
    assert (amina.governorate, amina.city, amina.address) == (irbid, "الرمثا", "الحي الشرقي، شارع 9")
    assert told() == [("address_changed", amina.phone)]
    page = client.get("/ar/account/").content.decode()
    assert ("الحي الشرقي، شارع 9" in page, URL in page) == (True, True)
    # The same again is no change, and nobody is told.
    assert client.post(URL, typed)["Location"] == "/ar/account/"
    assert len(told()) == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"current": "wrong"}, "كلمة المرور هذه غير صحيحة"),
        ({"governorate": ""}, "اختاروا محافظتكم"),
        ({"address": ""}, "أدخلوا عنوانكم بالتفصيل"),
    ],
    ids=["password", "governorate", "address"],
)
def test_an_address_is_not_changed_otherwise(
    client: Client, amina: Citizen, typed: dict[str, str], wrong: dict[str, str], sentence: str
) -> None:
    before = (amina.city, amina.address)
    answer = sign_in(client, amina).post(URL, typed | wrong)
    assert (len(errors(answer)), "الرمثا" in answer.content.decode()) == (1, True)
    assert sentence in errors(answer)[0]
    amina.refresh_from_db()
    assert ((amina.city, amina.address), told()) == (before, [])


def test_abroad_there_is_no_governorate(client: Client, amina: Citizen, typed: dict[str, str]) -> None:
    sign_in(client, amina).post(URL, typed | {"country": "AE"})
    amina.refresh_from_db()
    assert (amina.country, amina.governorate) == ("AE", None)
