"""One sign-in over OpenID Connect: the code flow with PKCE, state and nonce, each of them good for one return.

What must be remembered between start and return is an encrypted draft of the visitor's session.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from django.conf import settings

from accounts.models import Purpose
from accounts.sign_in import form_drafts
from accounts.sign_in.oidc import client
from accounts.sign_in.oidc.client import UNKNOWN_KEY, BadToken, OidcClient

logger = logging.getLogger(__name__)

#: Between start and return; a person types a password there.
LIFE: Final = timedelta(minutes=10)


class NotSignedIn(Exception):
    """The return does not belong to a start of this visitor, or proves nothing: start again."""


def begin(session: str, *, redirect_uri: str, target: str = "", at: datetime) -> str:
    """Return the address at the provider to which the visitor goes. Raise ``Unavailable``.

    ``target`` is the page of ours that the visitor wants, remembered until the return.
    """
    ours = client.client()
    theirs = client.provider(ours, at=at)
    made = {name: secrets.token_urlsafe(32) for name in ("state", "nonce")} | {"verifier": secrets.token_urlsafe(48)}
    started = {**made, "until": (at + LIFE).isoformat(), "next": target}
    form_drafts.keep(Purpose.OIDC, session, started, at=at)
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
    started = form_drafts.take(Purpose.OIDC, session, at=at)
    if not started or at > datetime.fromisoformat(started["until"]):
        _refuse("nothing started")
    if not secrets.compare_digest(started["state"].encode(), returned.get("state", "").encode()):
        _refuse("state")
    ours = client.client()
    # RFC 9207: the answer of another provider must not be redeemed here.
    if returned.get("iss", ours.issuer) != ours.issuer:
        _refuse("iss of the return")
    if not returned.get("code"):
        _refuse("no code")
    try:
        claims = _claims(ours, started, returned["code"], redirect_uri=redirect_uri, at=at)
    except BadToken as wrong:
        _refuse(str(wrong))
    return client.said_of_person(ours, claims), started.get("next", "")


def _claims(
    ours: OidcClient, started: Mapping[str, str], code: str, *, redirect_uri: str, at: datetime
) -> dict[str, Any]:
    theirs = client.provider(ours, at=at)
    tokens = client.exchange(ours, theirs, code=code, redirect_uri=redirect_uri, verifier=started["verifier"])
    began = datetime.fromisoformat(started["until"]) - LIFE
    try:
        return client.read_token(ours, theirs, tokens, nonce=started["nonce"], began=began, at=at)
    except BadToken as wrong:
        if str(wrong) != UNKNOWN_KEY:
            raise
    theirs = client.provider(ours, at=at, is_fresh=True)
    return client.read_token(ours, theirs, tokens, nonce=started["nonce"], began=began, at=at)


def _refuse(what: str) -> NoReturn:
    logger.warning("an answer of the identity provider was refused", extra={"what": what})
    # Without its cause, which may quote the token.
    raise NotSignedIn from None


def redirect_address(path: str) -> str:
    """Return the address to which the provider sends people back: fixed, whatever host the request names."""
    return f"{settings.PUBLIC_URL}{path}"
