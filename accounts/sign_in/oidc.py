"""Registering and signing in with a digital identity over OpenID Connect; off while OIDC_ISSUER is empty."""

from __future__ import annotations

import logging
import secrets
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from threading import Lock
from typing import Any, Final, NoReturn, cast
from urllib.parse import quote, urlencode

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.jws import JWSRegistry

from accounts.identity import json_requests
from accounts.identity.json_requests import Failure, JsonRequest, Unavailable
from accounts.models import Purpose
from accounts.sign_in import held_forms
from kit.request_settings import is_http_address, read_json, refuse

# ---- Our side of OpenID Connect as the ``OIDC_…`` settings describe it: the provider's documents, its tokens,
# its claims.
#
# The documents of the provider (discovery and keys) are kept for an hour in each process.


#: Signatures that only the provider can make; "none" and those by a shared secret are not among them.
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
DOCUMENTS_LIFE: Final = timedelta(hours=1)
#: For one document or token; somebody waits.
SECONDS: Final = 5.0
#: How far the clocks of the two sides may differ, in seconds.
LEEWAY: Final = 60
CLAIMED: Final = ("number", "first_name", "father_name", "grandfather_name", "family_name", "birth_date")
REQUIRED: Final = ("number", "first_name", "family_name", "birth_date")


#: What is wrong with a token whose key the provider began to use after its documents were read.
UNKNOWN_KEY: Final = InvalidKeyIdError.error


class BadToken(Exception):
    """The provider's token is forged, too old, or meant for somebody else; carries what is wrong, without its data."""


@dataclass(frozen=True)
class OidcClient:
    """Who we are to the provider, and at which paths its claims say who a person is."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: str
    claims: Mapping[str, str]


@dataclass(frozen=True)
class Provider:
    """The documents of the provider, and when they were read."""

    authorization_endpoint: str
    token_endpoint: str
    keys: KeySet = field(repr=False)
    read_at: datetime


def is_on() -> bool:
    """Tell whether people can sign in this way."""
    return bool(settings.OIDC["OIDC_ISSUER"])


def read_client(given: Mapping[str, str], *, is_embedded: bool) -> OidcClient:
    """Read the settings; raise ImproperlyConfigured naming the first that is wrong."""
    schemes = ("https", "http") if is_embedded else ("https",)
    if not is_http_address(given["OIDC_ISSUER"], schemes=schemes):
        refuse("OIDC_ISSUER", f"is not like {schemes[0]}://identity.example")
    for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"):
        if not given[name]:
            refuse(name, "is empty, and OIDC_ISSUER names a provider")
    if "openid" not in given["OIDC_SCOPES"].split():
        refuse("OIDC_SCOPES", "does not contain openid")
    return OidcClient(
        issuer=given["OIDC_ISSUER"],
        client_id=given["OIDC_CLIENT_ID"],
        client_secret=given["OIDC_CLIENT_SECRET"],
        scopes=given["OIDC_SCOPES"],
        claims=_claims(given["OIDC_CLAIMS"]),
    )


def _claims(text: str) -> dict[str, str]:
    claims = read_json("OIDC_CLAIMS", text)
    if not isinstance(claims, dict) or not set(REQUIRED) <= claims.keys() <= set(CLAIMED):
        refuse("OIDC_CLAIMS", f"does not name {', '.join(REQUIRED)}, or names more than {', '.join(CLAIMED)}")
    if not all(isinstance(path, str) and path for path in claims.values()):
        refuse("OIDC_CLAIMS", "has a path that is no text")
    return claims


def client() -> OidcClient:
    """Return the client of the settings."""
    return read_client(settings.OIDC, is_embedded=settings.EMBEDDED)


# ---- the provider's documents ----

_documents: dict[str, Provider] = {}
_lock: Final = Lock()


def provider(ours: OidcClient, *, at: datetime, is_fresh: bool = False) -> Provider:
    """Return the provider, from documents not older than an hour, or than a minute if ``is_fresh`` is asked for.

    Raise ``Unavailable``.
    """
    life = timedelta(minutes=1) if is_fresh else DOCUMENTS_LIFE
    with _lock:
        known = _documents.get(ours.issuer)
        if known is None or not timedelta() <= at - known.read_at < life:
            known = _documents[ours.issuer] = _read_provider(ours, at=at)
        return known


def forget_documents() -> None:
    """Forget what was read of every provider."""
    _documents.clear()


def _read_provider(ours: OidcClient, *, at: datetime) -> Provider:
    document = _document(f"{ours.issuer.rstrip('/')}/.well-known/openid-configuration")
    schemes = ("https", "http") if settings.EMBEDDED else ("https",)
    addresses = [document.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    if document.get("issuer") != ours.issuer:
        raise Unavailable(Failure.CONTRADICTION)
    if not all(isinstance(address, str) and is_http_address(address, schemes=schemes) for address in addresses):
        raise Unavailable(Failure.GARBAGE)
    authorization, token, keys = map(str, addresses)
    try:
        return Provider(authorization, token, KeySet.import_key_set(cast("KeySetSerialization", _document(keys))), at)
    except (JoseError, ValueError, TypeError, KeyError):
        raise Unavailable(Failure.GARBAGE) from None


def _document(url: str) -> dict[str, Any]:
    answer = json_requests.ask(JsonRequest(url, seconds=SECONDS, tls=_tls(url)))
    if answer.status != HTTPStatus.OK or not isinstance(answer.content, dict):
        raise Unavailable(Failure.ERROR)
    return answer.content


def _tls(url: str) -> ssl.SSLContext | None:
    return ssl.create_default_context() if url.startswith("https:") else None


# ---- its tokens ----


def exchange(ours: OidcClient, theirs: Provider, *, code: str, redirect_uri: str, verifier: str) -> Mapping[str, Any]:
    """Return the tokens for a code. Raise ``BadToken`` where the provider refuses the code, and ``Unavailable``."""
    said = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    # RFC 6749, 2.3.1: each part is escaped before they are joined.
    login = f"{quote(ours.client_id, safe='')}:{quote(ours.client_secret, safe='')}"
    answer = json_requests.ask(
        JsonRequest(
            theirs.token_endpoint,
            seconds=SECONDS,
            body=urlencode(said).encode(),
            headers={"Authorization": f"Basic {b64encode(login.encode()).decode()}"},
            content_type="application/x-www-form-urlencoded",
            tls=_tls(theirs.token_endpoint),
        )
    )
    if 400 <= answer.status < 500:  # noqa: PLR2004 - RFC 6749, 5.2
        reason = "code"
        raise BadToken(reason)
    if answer.status != HTTPStatus.OK or not isinstance(answer.content, dict):
        raise Unavailable(Failure.ERROR)
    return answer.content


def read_token(
    ours: OidcClient, theirs: Provider, tokens: Mapping[str, Any], *, nonce: str, began: datetime, at: datetime
) -> dict[str, Any]:
    """Return the claims of an ID token after checking signature, issuer, audience, times, nonce and access token.

    A token that says when the person signed in at the provider must say: since our flow ``began``. Raise ``BadToken``
    with the name of what is wrong.
    """
    try:
        token = jwt.decode(
            str(tokens.get("id_token", "")),
            theirs.keys,
            registry=JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False),
        )
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": ours.issuer},
                "aud": {"essential": True, "value": ours.client_id},
                "nonce": {"essential": True, "value": nonce},
            },
            {"nonce": nonce, "client_id": ours.client_id, "access_token": tokens.get("access_token")},
        )
        claims.validate(now=int(at.timestamp()), leeway=LEEWAY)
    except JoseError as wrong:
        raise BadToken(wrong.error) from None
    except (ValueError, TypeError, KeyError):
        reason = "token"
        raise BadToken(reason) from None
    if claims.get("auth_time") and claims["auth_time"] < began.timestamp() - LEEWAY:
        reason = "auth_time"
        raise BadToken(reason)
    return dict(claims)


def said_of_person(ours: OidcClient, claims: Mapping[str, Any]) -> dict[str, str]:
    """Return what the claims say of the person, by our names; empty texts for what is not there."""
    return {name: _text_at(claims, ours.claims.get(name, "")) for name in CLAIMED}


def _text_at(claims: Any, path: str) -> str:
    for step in path.split("."):
        claims = claims.get(step) if isinstance(claims, Mapping) else None
    return str(claims) if isinstance(claims, str | int) and not isinstance(claims, bool) else ""


# ---- One sign-in over OpenID Connect: the code flow with PKCE, state and nonce, each of them good for one
# return.
#
# What must be remembered between start and return is an encrypted draft of the visitor's session.


logger = logging.getLogger(__name__)

#: Between start and return; a person types a password there.
LIFE: Final = timedelta(minutes=10)


class NotSignedIn(Exception):
    """The return does not belong to a start of this visitor, or proves nothing: start again."""


def begin(session: str, *, redirect_uri: str, target: str = "", at: datetime) -> str:
    """Return the address at the provider to which the visitor goes. Raise ``Unavailable``.

    ``target`` is the page of ours that the visitor wants, remembered until the return.
    """
    ours = client()
    theirs = provider(ours, at=at)
    made = {name: secrets.token_urlsafe(32) for name in ("state", "nonce")} | {"verifier": secrets.token_urlsafe(48)}
    started = {**made, "until": (at + LIFE).isoformat(), "next": target}
    held_forms.keep(Purpose.OIDC, session, started, at=at)
    address: str = prepare_grant_uri(
        theirs.authorization_endpoint,
        ours.client_id,
        "code",
        redirect_uri=redirect_uri,
        scope=ours.scopes,
        state=made["state"],
        nonce=made["nonce"],
        code_challenge=create_s256_code_challenge(made["verifier"]),
        code_challenge_method="S256",
        # Phones are shared: whoever is still signed in at the provider proves themselves again.
        prompt="login",
    )
    return address


def finish(session: str, returned: Mapping[str, str], *, redirect_uri: str, at: datetime) -> tuple[dict[str, str], str]:
    """Return what the provider says of the person, and the page wanted. Raise ``NotSignedIn`` and ``Unavailable``.

    The start is used up whatever comes back, so that neither state nor code can be tried twice.
    """
    started = held_forms.take(Purpose.OIDC, session, at=at)
    if not started or at > datetime.fromisoformat(started["until"]):
        _refuse("nothing started")
    if not secrets.compare_digest(started["state"].encode(), returned.get("state", "").encode()):
        _refuse("state")
    ours = client()
    # RFC 9207: the answer of another provider must not be redeemed here.
    if returned.get("iss", ours.issuer) != ours.issuer:
        _refuse("iss of the return")
    if not returned.get("code"):
        _refuse("no code")
    try:
        claims = _flow_claims(ours, started, returned["code"], redirect_uri=redirect_uri, at=at)
    except BadToken as wrong:
        _refuse(str(wrong))
    return said_of_person(ours, claims), started.get("next", "")


def _flow_claims(
    ours: OidcClient, started: Mapping[str, str], code: str, *, redirect_uri: str, at: datetime
) -> dict[str, Any]:
    theirs = provider(ours, at=at)
    tokens = exchange(ours, theirs, code=code, redirect_uri=redirect_uri, verifier=started["verifier"])
    began = datetime.fromisoformat(started["until"]) - LIFE
    try:
        return read_token(ours, theirs, tokens, nonce=started["nonce"], began=began, at=at)
    except BadToken as wrong:
        if str(wrong) != UNKNOWN_KEY:
            raise
    theirs = provider(ours, at=at, is_fresh=True)
    return read_token(ours, theirs, tokens, nonce=started["nonce"], began=began, at=at)


def _refuse(what: str) -> NoReturn:
    logger.warning("an answer of the identity provider was refused", extra={"what": what})
    # Without its cause, which may quote the token.
    raise NotSignedIn from None


def redirect_address(path: str) -> str:
    """Return the address to which the provider sends people back: fixed, whatever host the request names."""
    return f"{settings.PUBLIC_URL}{path}"
