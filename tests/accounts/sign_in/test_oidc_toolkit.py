"""The digital identity against a real provider, django-oauth-toolkit: its documents, its tokens, its keys."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client

from accounts.models import Citizen, Identity
from accounts.sign_in import oidc
from config.devstack.state import ROOT
from tests.accounts.keyboard import CONTACT, LAST, newest_code, url
from tests.accounts.sign_in.oidc_toolkit import CLIENT_ID, CLIENT_SECRET
from tests.accounts.sign_in.test_oidc import RETURN, START, given

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the provider once, and return its issuer."""
    folder, back = tmp_path_factory.mktemp("provider"), f"http://testserver{RETURN}"
    command = [sys.executable, "-m", "tests.accounts.sign_in.oidc_toolkit", str(folder), back]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process.stdout.readline().strip()
        process.stdin.close()


@pytest.fixture
def issuer(running: str, settings: object) -> Iterator[str]:
    """Let our client know the provider."""
    settings.OIDC = given(running, OIDC_CLIENT_ID=CLIENT_ID, OIDC_CLIENT_SECRET=CLIENT_SECRET)
    oidc.forget_documents()
    yield running
    oidc.forget_documents()


def from_provider(browser: Client, issuer: str, name: str) -> str:
    """Sign in at the provider as ``name``, and return the address to which it sends us back."""
    address = urlsplit(issuer)
    with requests.Session() as there:
        here = f"{address.scheme}://{address.netloc}"
        # Somebody else has not signed out there: the provider asks all the same.
        there.get(f"{here}/in/{'rana' if name == 'amina' else 'amina'}/", timeout=10)
        asked = there.get(browser.get(START)["Location"], allow_redirects=False, timeout=10).headers["Location"]
        there.get(f"{here}/in/{name}/", timeout=10)
        (wanted,) = parse_qs(urlsplit(asked).query)["next"]
        answer = there.get(f"{here}{wanted}", allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix("http://testserver")


@pytest.mark.usefixtures("amman", "irbid")
def test_an_owner_signs_in_and_a_newcomer_registers_with_a_real_provider(
    client: Client, amina: Citizen, issuer: str, settings: object
) -> None:
    back = from_provider(client, issuer, "amina")
    assert client.get(back)["Location"] == "/ar/"
    assert client.session["_auth_user_id"] == str(amina.user_id)
    assert Client().get(back)["Location"] == "/ar/sign-in/"
    settings.REGISTRY = ""
    newcomer = Client()
    assert newcomer.get(from_provider(newcomer, issuer, "rana"))["Location"] == "/ar/register/contact/"
    newcomer.post(url("contact"), CONTACT)
    newcomer.post(url("password"), LAST)
    assert newcomer.post(url("code"), {"code": newest_code()})["Location"] == "/ar/"
    assert Citizen.objects.exclude(pk=amina.pk).get().identity == Identity.MATCHED


def test_a_client_with_a_wrong_secret_is_told_to_try_later(client: Client, issuer: str, settings: object) -> None:
    settings.OIDC = settings.OIDC | {"OIDC_CLIENT_SECRET": "guessed"}
    answer = client.get(from_provider(client, issuer, "amina"))
    assert answer["Location"] == "/ar/sign-in/"
    assert "_auth_user_id" not in client.session
