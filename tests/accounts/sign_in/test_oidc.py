"""The digital identity: signing in and registering with it at a provider, and every token that proves nothing."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone
from joserfc.jwk import KeySet, RSAKey
from oidc_provider_mock import User as ProviderUser, run_server_in_thread

from accounts.identity import json_requests
from accounts.identity.json_requests import JsonRequest, Unavailable
from accounts.models import Citizen, FormDraft, Identity, IdentityCheck, Purpose
from accounts.sign_in import oidc
from accounts.sign_in.oidc import BadToken, OidcClient, Provider
from tests.accounts.keyboard import CONTACT, LAST, RANA as TYPED, newest_code, url
from tests.cast import sign_in

pytestmark = pytest.mark.django_db

PATHS = {
    "number": "id.national", "first_name": "given_name", "father_name": "id.father", "grandfather_name": "id.grand",
    "family_name": "family_name", "birth_date": "birthdate",
}  # fmt: skip
RANA = {
    "given_name": "رنا", "family_name": "العبادي", "birthdate": "1978-06-14",
    "id": {"national": "9782006138", "father": "خليل", "grand": "إبراهيم"},
}  # fmt: skip
START, RETURN = "/ar/oidc/start/", "/ar/oidc/return/"


def given(issuer: str, **changes: str) -> dict[str, str]:
    return {
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": "cmu",
        "OIDC_CLIENT_SECRET": "olive",
        "OIDC_SCOPES": "openid profile",
        "OIDC_CLAIMS": json.dumps(PATHS),
    } | changes


@pytest.fixture
def provider(settings) -> Iterator[str]:
    """A provider on this machine that knows Rana, Amina, and somebody without a number."""
    amina = {"id": {"national": "9902103456"}, "given_name": "أمينة"}
    claims = {"rana": RANA, "amina": amina, "nobody": {}}
    people = [ProviderUser(sub=sub, claims=said) for sub, said in claims.items()]
    with run_server_in_thread(user_claims=people, require_nonce=True) as server:
        issuer = f"http://localhost:{server.server_port}"
        settings.OIDC = given(issuer)
        oidc.forget_documents()
        yield issuer
    oidc.forget_documents()


def at_provider(browser: Client, sub: str) -> str:
    """Go to the provider, sign in there as ``sub``, and return the address to which it sends us back."""
    return sent_back(browser.get(START)["Location"], sub)


def sent_back(asked: str, sub: str) -> str:
    back = requests.post(asked, data={"sub": sub}, allow_redirects=False, timeout=5).headers["Location"]
    return back[back.index(RETURN) :]


def messages(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def test_a_proven_owner_is_signed_in_and_the_return_works_once(client, amina, provider, monkeypatch):
    asked: list[JsonRequest] = []
    ask = json_requests.ask

    def noting(request: JsonRequest) -> json_requests.Answer:
        asked.append(request)
        return ask(request)

    monkeypatch.setattr(json_requests, "ask", noting)
    started = client.get(START)
    sent = {name: value for name, (value,) in parse_qs(urlsplit(started["Location"]).query).items()}
    assert (sent["response_type"], sent["scope"], sent["code_challenge_method"]) == ("code", "openid profile", "S256")
    assert sent["prompt"] == "login", "somebody else may still be signed in there"
    back = sent_back(started["Location"], "amina")
    assert client.get(back)["Location"] == "/ar/"
    assert client.session["_auth_user_id"] == str(amina.user_id)
    # The documents are read once, and the code is redeemed with the verifier of its own challenge.
    assert [request.url.removeprefix(provider) for request in asked] == [
        "/.well-known/openid-configuration", "/jwks", "/oauth2/token",
    ]  # fmt: skip
    verifier = parse_qs(asked[-1].body.decode())["code_verifier"][0]
    assert create_s256_code_challenge(verifier) == sent["code_challenge"]
    assert FormDraft.objects.count() == 0
    other = Client()
    assert other.get(back)["Location"] == "/ar/sign-in/"
    assert "_auth_user_id" not in other.session


@pytest.mark.usefixtures("amman", "irbid")
def test_a_newcomer_registers_with_the_details_of_the_provider_and_a_code_to_the_telephone(client, provider, settings):
    settings.REGISTRY = ""
    back = at_provider(client, "rana")
    assert client.get(back)["Location"] == "/ar/register/contact/"
    # Nothing that identifies is kept in clear.
    assert all(part not in FormDraft.objects.values_list("payload")[0][0].__repr__() for part in ("9782006138", "رنا"))
    client.post(url("contact"), CONTACT)
    client.post(url("password"), LAST)
    assert client.post(url("code"), {"code": newest_code()})["Location"] == "/ar/"
    rana, check = Citizen.objects.get(), IdentityCheck.objects.get()
    assert (rana.number, rana.identity, check.source, check.outcome) == (
        "9782006138",
        Identity.MATCHED,
        "oidc",
        "matched",
    )
    # Back at the provider she is known.
    again = Client()
    assert again.get(at_provider(again, "rana"))["Location"] == "/ar/"
    assert again.session["_auth_user_id"] == str(rana.user_id)


@pytest.mark.usefixtures("amman", "irbid")
def test_details_that_are_typed_over_are_compared_with_the_register_again(client, provider):
    client.get(at_provider(client, "rana"))
    client.post(url("who"), TYPED | {"national_number": "9801307001"})
    client.post(url("contact"), CONTACT)
    client.post(url("password"), LAST)
    assert client.post(url("code"), {"code": newest_code()})["Location"] == "/ar/register/who/"
    assert Citizen.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda back: back.replace("state=", "state=x"),
        lambda back: f"{back}&iss=https://elsewhere.example",
        lambda back: back.replace("code=", "code=x"),
        lambda back: back.replace("code=", "nothing="),
        lambda _back: f"{RETURN}?error=access_denied",
    ],
)
def test_a_return_that_was_tampered_with_signs_nobody_in_and_cannot_be_tried_again(client, amina, provider, change):
    back = at_provider(client, "amina")
    for address in (change(back), back):
        answer = client.get(address, follow=True)
        assert (answer.redirect_chain[0][0], len(messages(answer))) == ("/ar/sign-in/", 1)
        assert "_auth_user_id" not in client.session


def test_a_provider_that_changes_its_signing_key_is_read_again_at_most_once_a_minute(client, amina, provider):
    """What is kept of it has the key of before: the token names another, and its documents are fetched anew."""
    back = at_provider(client, "amina")
    old = RSAKey.import_key(RSAKey.generate_key(2048, {"kid": "before"}).as_dict(private=False))
    known = replace(oidc._documents[provider], keys=KeySet([old]))
    oidc._documents[provider] = known
    assert client.get(back)["Location"] == "/ar/sign-in/", "fetched this minute already"
    back = at_provider(client, "amina")
    oidc._documents[provider] = replace(known, read_at=timezone.now() - timedelta(minutes=2))
    assert client.get(back)["Location"] == "/ar/"
    assert client.session["_auth_user_id"] == str(amina.user_id)
    assert oidc._documents[provider].keys != known.keys


def test_a_start_is_good_for_ten_minutes(client, amina, provider, monkeypatch):
    back, late = at_provider(client, "amina"), timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr("accounts.registration.pages.timezone.now", lambda: late)
    assert client.get(back)["Location"] == "/ar/sign-in/"


@dataclass
class Tries:
    """An attacker with an account at the provider tries to sign in as Amina, and Amina in as somebody else."""

    amina: Citizen
    wrong: list[tuple[str, str, str | None]] = field(default_factory=list)

    def tried(
        self, name: str, browser: Client, address: str, *, enters: bool = False, leads: str = "/ar/sign-in/"
    ) -> None:
        """Open an address, and note if it did not lead there, or changed who is signed in otherwise than it should."""
        before = browser.session.get("_auth_user_id")
        got = browser.get(address)["Location"]
        after = browser.session.get("_auth_user_id")
        if after != (str(self.amina.user_id) if enters else before) or got != leads:
            self.wrong.append((name, got, after))


@pytest.fixture
def tries(amina: Citizen) -> Tries:
    return Tries(amina)


def test_a_return_is_good_for_its_own_browser_and_its_newest_window(client, tries, provider):
    attacker, victim = Client(), Client()
    # Her answer in another browser, one that has begun a sign-in of its own included, and his in hers.
    stolen = at_provider(victim, "amina")
    tries.tried("stolen, by who began nothing", Client(), stolen)
    attacker.get(START)
    tries.tried("stolen, by who began", attacker, stolen)
    tries.tried("forced on her", victim, at_provider(attacker, "rana"))
    assert FormDraft.objects.filter(purpose=Purpose.REGISTER).count() == 0, "nothing of Rana is in her session"
    # Of two windows the newer one counts; what was made for the older ends both, and a third try works.
    older, newer = at_provider(client, "amina"), at_provider(client, "amina")
    tries.tried("older window", client, older)
    tries.tried("newer window after the older", client, newer)
    tries.tried("the third try", client, at_provider(client, "amina"), enters=True, leads="/ar/")
    assert tries.wrong == []


def test_a_code_and_a_token_are_good_for_their_own_start(client, tries, provider, monkeypatch):
    victim = Client()
    first, second = (parse_qs(urlsplit(at_provider(one, "amina")).query) for one in (client, victim))
    tries.tried("code of another challenge", victim, f"{RETURN}?code={first['code'][0]}&state={second['state'][0]}")
    kept, answers = oidc.exchange, []

    def noting(*args: object, **more: object) -> object:
        answers.append(kept(*args, **more))
        return answers[-1]

    monkeypatch.setattr(oidc, "exchange", noting)
    tries.tried("its own", client, at_provider(client, "amina"), enters=True, leads="/ar/")
    replayed = at_provider(victim, "amina")
    monkeypatch.setattr(oidc, "exchange", lambda *_args, **_more: answers[0])
    tries.tried("token of another nonce", victim, replayed)
    assert tries.wrong == []


def test_a_return_makes_nobody_somebody_else(client, tries, amina, karim, provider):
    sign_in(client, amina.user)
    tries.tried("while signed in", client, at_provider(Client(), "rana"), leads="/ar/")
    victim = Client()
    late = at_provider(victim, "amina")
    sign_in(victim, karim.user)
    tries.tried("begun before a sign-in", victim, late, leads="/ar/")
    victim.post("/ar/sign-out/")
    tries.tried("after the sign-out", victim, late)
    assert tries.wrong == []


def test_a_sign_in_leads_to_a_page_of_ours(tries, provider):
    tab = "/\t/evil.example"
    for target in ("//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", tab):
        browser = Client()
        started = browser.get(START, {"next": target})["Location"]
        tries.tried(f"to {target!r}", browser, sent_back(started, "amina"), enters=True, leads="/ar/")
    assert tries.wrong == []


def test_who_has_no_number_and_a_provider_that_is_away_are_told_so(client, provider, settings):
    answer = client.get(at_provider(client, "nobody"), follow=True)
    assert "رقم وطني" in messages(answer)[0]
    oidc.forget_documents()
    settings.OIDC = given("http://127.0.0.1:9")
    assert "لا تجيب" in messages(client.get(START, follow=True))[0]
    settings.OIDC = given("")
    assert [client.get(address).status_code for address in (START, RETURN)] == [404, 404]
    assert "oidc" not in client.get("/ar/sign-in/").content.decode()


# ---- tokens ----

KEY, OTHER_KEY = (RSAKey.generate_key(2048, {"kid": "one"}) for _ in range(2))
OURS = OidcClient("https://identity.example", "cmu", "olive", "openid", PATHS)
AT = timezone.now()
GOOD = {
    "iss": OURS.issuer, "aud": "cmu", "sub": "rana", "nonce": "n", "exp": int(AT.timestamp()) + 300,
    "iat": int(AT.timestamp()),
}  # fmt: skip
THEIRS = Provider("https://a.example", "https://t.example", KeySet([RSAKey.import_key(KEY.as_dict(private=False))]), AT)


#: What is said in the header of a token.
HEADS = ("kid", "jwk", "jku", "crit", "x")


def token(key=KEY, **changes: object) -> str:
    said = {
        name: value for name, value in (GOOD | {"alg": "RS256", "kid": "one"} | changes).items() if value is not None
    }
    head = {name: said.pop(name) for name in ("alg", *HEADS) if name in said}
    parts = [urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (head, said)]
    signature = key.private_key.sign(".".join(parts).encode(), PKCS1v15(), SHA256())
    return ".".join([*parts, urlsafe_b64encode(signature).decode().rstrip("=")])


def read(text: object) -> dict[str, object]:
    return oidc.read_token(OURS, THEIRS, {"id_token": text, "access_token": "a"}, nonce="n", began=AT, at=AT)


def test_a_good_token_is_read_within_a_minute_of_both_clocks():
    assert read(token())["sub"] == "rana"
    assert read(token(exp=GOOD["exp"] - 350, aud=["cmu"]))["sub"] == "rana"


def _signed_with_the_public_key() -> str:
    head = urlsafe_b64encode(b'{"alg":"HS256","kid":"one"}').decode().rstrip("=")
    signed = f"{head}.{token().split('.')[1]}"
    signature = hmac.digest(KEY.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{urlsafe_b64encode(signature).decode().rstrip('=')}"


def _unsigned(name: str = "none") -> str:
    body = token().split(".")[1]
    head = urlsafe_b64encode(json.dumps({"alg": name, "kid": "one"}).encode()).decode().rstrip("=")
    return f"{head}.{body}."


BAD_TOKENS = {
    "another nonce": token(nonce="other"),
    "no nonce": token(nonce=None),
    "another issuer": token(iss="https://elsewhere.example"),
    "no issuer": token(iss=None),
    "another audience": token(aud="other"),
    "no audience": token(aud=None),
    "for another party": token(aud=["cmu", "other"], azp="other"),
    "for no party": token(aud=["cmu", "other"]),
    "expired": token(exp=GOOD["iat"] - 61),
    "without an end": token(exp=None),
    "an end in words": token(exp="soon"),
    "issued later": token(iat=GOOD["iat"] + 120),
    "not valid yet": token(nbf=GOOD["iat"] + 120),
    "of a person who signed in before": token(auth_time=GOOD["iat"] - 61),
    "of a person who signed in some day": token(auth_time="yesterday"),
    "of another access token": token(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "of nobody": token(sub=None),
    "by another key": token(OTHER_KEY),
    "with a changed signature": token()[:-4] + "AAAA",
    "signed with the public key": _signed_with_the_public_key(),
    "unsigned": _unsigned(),
    "unsigned, in capitals": _unsigned("None"),
    "signed with a key of its own header": token(OTHER_KEY, jwk=OTHER_KEY.as_dict(private=False)),
    "signed with a key it says where to find": token(OTHER_KEY, jku="https://evil.example/jwks"),
    "without the name of its key": token(OTHER_KEY, kid=None),
    "with a header that must be understood": token(crit=["x"], x=1),
    "encrypted": f"{token()}.{'A' * 22}.{'A' * 22}",
    "empty": "",
    "no token": "a.b.c",
    "none": None,
    "an object": {"id": 1},
}


@pytest.mark.parametrize("text", BAD_TOKENS.values(), ids=BAD_TOKENS)
def test_a_token_that_proves_nothing_is_refused(text):
    with pytest.raises(BadToken):
        read(text)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("OIDC_ISSUER", "http://identity.example", "OIDC_ISSUER is not like https://identity.example."),
        ("OIDC_CLIENT_ID", "", "OIDC_CLIENT_ID is empty, and OIDC_ISSUER names a provider."),
        ("OIDC_CLIENT_SECRET", "", "OIDC_CLIENT_SECRET is empty, and OIDC_ISSUER names a provider."),
        ("OIDC_SCOPES", "profile", "OIDC_SCOPES does not contain openid."),
        ("OIDC_CLAIMS", "number", "OIDC_CLAIMS is not JSON."),
        (
            "OIDC_CLAIMS",
            '{"number": "id"}',
            "OIDC_CLAIMS does not name number, first_name, family_name, birth_date, or",
        ),
        ("OIDC_CLAIMS", json.dumps(PATHS | {"number": 1}), "OIDC_CLAIMS has a path that is no text."),
    ],
)
def test_a_wrong_setting_is_named(name, value, sentence):
    with pytest.raises(ImproperlyConfigured) as refused:
        oidc.read_client(given("https://identity.example", **{name: value}), is_embedded=False)
    assert str(refused.value).startswith(sentence)


def test_documents_of_another_issuer_are_refused(provider):
    ours = oidc.read_client(given(f"{provider}/"), is_embedded=True)
    with pytest.raises(Unavailable):
        oidc.provider(ours, at=AT)
