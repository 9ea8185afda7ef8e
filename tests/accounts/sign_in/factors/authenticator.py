"""A passkey in software, which signs what a browser would have signed, also for an origin that is not ours."""

from __future__ import annotations

import hashlib
import json
import secrets

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

FLAG = AuthenticatorData.FLAG
ORIGIN = "http://testserver"
PARTY = hashlib.sha256(b"testserver").digest()


class Authenticator:
    """One passkey; it counts its signatures unless told otherwise."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.count = 0

    def create(self, options: str, *, origin: str = ORIGIN) -> str:
        """Return the answer of a browser that was asked to make the passkey."""
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(bytes(16), self.id, public)
        data = AuthenticatorData.create(PARTY, FLAG.UP | FLAG.UV | FLAG.AT, self.count, credential)
        made = AttestationObject.create("none", data, {})
        return self._answer("webauthn.create", options, origin, attestationObject=websafe_encode(made))

    def get(self, options: str, *, origin: str = ORIGIN, counts: bool = True) -> str:
        """Return the answer of a browser that was asked to sign in with the passkey."""
        self.count += counts
        data = AuthenticatorData.create(PARTY, FLAG.UP | FLAG.UV, self.count)
        digest = hashlib.sha256(_client_data("webauthn.get", options, origin)).digest()
        signature = self.key.sign(data + digest, ec.ECDSA(SHA256()))
        parts = {"authenticatorData": websafe_encode(data), "signature": websafe_encode(signature)}
        return self._answer("webauthn.get", options, origin, **parts)

    def _answer(self, kind: str, options: str, origin: str, **response: str) -> str:
        response["clientDataJSON"] = websafe_encode(_client_data(kind, options, origin))
        key = websafe_encode(self.id)
        return json.dumps({"id": key, "rawId": key, "type": "public-key", "response": response})


def _client_data(kind: str, options: str, origin: str) -> bytes:
    challenge = json.loads(options)["publicKey"]["challenge"]
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()
