"""Passkeys (WebAuthn): registered and asked for, for the one origin of PUBLIC_URL.

The browser gets the options and sends back its answer as JSON. The challenge stays in the session and is taken out as
it is used, so that an answer is accepted once.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)

from accounts.models import Factor, FactorKind, User

CHALLENGE: Final = "passkey_challenge"
#: The longest answer that is parsed; one with an attestation has some kilobytes.
LONGEST: Final = 16 * 1024


class PasskeyRefused(Exception):
    """The answer of the browser proves nothing: another origin, an old challenge, a wrong signature, or garbage."""


def origin() -> str:
    """Return the only origin whose passkeys are accepted."""
    url = urlsplit(settings.PUBLIC_URL)
    return f"{url.scheme}://{url.netloc}"


def _server() -> Fido2Server:
    party = PublicKeyCredentialRpEntity(name="Bekhedmatkom", id=urlsplit(settings.PUBLIC_URL).hostname or "")
    return Fido2Server(party, verify_origin=lambda found: found == origin())


# ---- register ----


def registration_options(user: User, session: SessionBase) -> str:
    """Return what the browser needs to make a passkey, as JSON, and remember the challenge."""
    person = PublicKeyCredentialUserEntity(id=user.pk.bytes, name=user.email, display_name=user.name or user.email)
    options, state = _server().register_begin(
        person, credentials=_credentials(_passkeys(user)), user_verification=UserVerificationRequirement.PREFERRED
    )
    session[CHALLENGE] = state
    return json.dumps(dict(options))


def register(answer: str, session: SessionBase) -> Factor:
    """Return the passkey that the browser made, not saved and without its person. Raise ``PasskeyRefused``."""
    state = _challenge(session)
    try:
        made = _server().register_complete(state, _parsed(answer))
    except Exception as refused:  # the library raises what its parsers and ciphers do
        raise PasskeyRefused from refused
    if made.credential_data is None:
        raise PasskeyRefused
    secret = base64.b64encode(made.credential_data).decode()
    passkey_hash = _hash(made.credential_data.credential_id)
    if Factor.objects.filter(passkey_hash=passkey_hash).exists():
        raise PasskeyRefused
    return Factor(kind=FactorKind.PASSKEY, secret=secret, passkey_hash=passkey_hash, counter=made.counter)


# ---- ask ----


def sign_in_options(user: User, session: SessionBase) -> str:
    """Return what the browser needs to use a passkey of ``user``, as JSON; empty where there is none."""
    known = _credentials(_passkeys(user))
    if not known:
        return ""
    options, state = _server().authenticate_begin(known, user_verification=UserVerificationRequirement.PREFERRED)
    session[CHALLENGE] = state
    return json.dumps(dict(options))


def accept(user: User, answer: str, session: SessionBase, *, at: datetime) -> bool:
    """Tell whether the answer was made by a passkey of ``user`` for the challenge of this session."""
    factors = {factor.passkey_hash: factor for factor in _passkeys(user)}
    try:
        state = _challenge(session)
        parsed = AuthenticationResponse.from_dict(_parsed(answer))
        used = _server().authenticate_complete(state, _credentials(factors.values()), parsed)
        factor, count = factors[_hash(used.credential_id)], parsed.response.authenticator_data.counter
    except Exception:  # noqa: BLE001 - the library raises what its parsers and ciphers do
        return False
    return _is_counted(factor, count, at=at)


def _is_counted(factor: Factor, count: int, *, at: datetime) -> bool:
    """Store the count of signatures; a count that does not grow belongs to a copy, unless the passkey never counts."""
    grows = Q(counter__lt=count) | Q(counter=0) if count == 0 else Q(counter__lt=count)
    return Factor.objects.filter(grows, pk=factor.pk).update(counter=count, used_at=at) == 1


# ---- both ----


def _passkeys(user: User) -> list[Factor]:
    return list(Factor.objects.filter(user=user, kind=FactorKind.PASSKEY))


def _credentials(factors: Iterable[Factor]) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(base64.b64decode(factor.secret)) for factor in factors]


def _challenge(session: SessionBase) -> Any:
    state = session.pop(CHALLENGE, None)
    if state is None:
        raise PasskeyRefused
    return state


def _parsed(answer: str) -> Any:
    if len(answer) > LONGEST:
        raise PasskeyRefused
    return json.loads(answer)


def _hash(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()
