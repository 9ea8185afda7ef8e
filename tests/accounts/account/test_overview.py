"""The page that shows one's own account."""

import pytest
from django.test import Client

from accounts.models import Citizen, Identity
from tests.cast import sign_in


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_account_page_shows_everything_masked(client, amina, language):
    page = sign_in(client, amina).get(f"/{language}/account/").content.decode()
    assert "أمينة سامي عادل الخطيب" in page
    assert "079 ••• ••34" in page
    assert "•••••••456" in page
    for clear in ("9902103456", "0790001234", "790001234", "1990"):
        assert clear not in page


def test_the_account_page_asks_for_no_statement_beyond_session_user_governorate_sessions_and_apps(
    client, amina, django_assert_max_num_queries
):
    sign_in(client, amina).get("/ar/account/")
    with django_assert_max_num_queries(5):
        client.get("/ar/account/")


@pytest.mark.parametrize(
    ("identity", "words"),
    [(Identity.PENDING, "قيد التحقق"), (Identity.MISMATCHED, "غير مؤكدة"), (Identity.MATCHED, "مؤكدة")],
)
def test_the_account_page_says_how_far_the_identity_is_proven(client, amina, identity, words):
    Citizen.objects.filter(pk=amina.pk).update(identity=identity)
    assert words in sign_in(client, amina).get("/ar/account/").content.decode()


OWN = [
    "account",
    "account/email",
    "account/notices",
    "account/password",
    "account/phone",
    "account/phone/code",
]


@pytest.mark.parametrize("path", OWN)
def test_the_pages_of_an_account_are_for_its_citizen(client, amina, omar, path):
    assert client.get(f"/ar/{path}/")["Location"] == f"/ar/sign-in/?next=/ar/{path}/"
    assert sign_in(client, omar).get(f"/ar/{path}/")["Location"] == "/ar/staff/"
    answer = sign_in(Client(), amina).get(f"/ar/{path}/")
    assert "no-store" in answer["Cache-Control"]
