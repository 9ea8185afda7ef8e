"""What is sent by Web Push: encrypted for one browser (RFC 8291), with a token that says who sends (RFC 8292)."""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from joserfc import jwt
from joserfc.jwk import ECKey

#: The bytes of a record; what is sent is one record of at most this (RFC 8188).
RECORD: Final = 4096
#: How long a token is good for; push services refuse more than a day.
TOKEN_LIFE: Final = timedelta(hours=12)
#: The bytes of the secret a browser shares with us.
SECRET_BYTES: Final = 16
_LAST_RECORD: Final = b"\x02"


def from_text(text: str) -> bytes:
    """Return the bytes of a text in base64url without its end; raise ValueError where it is none."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def to_text(content: bytes) -> str:
    """Return bytes in base64url without its end, as browsers write keys."""
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def public_key(text: str) -> EllipticCurvePublicKey:
    """Return the public key of a browser; raise ValueError where ``text`` is no point of the curve."""
    return EllipticCurvePublicKey.from_encoded_point(SECP256R1(), from_text(text))


def private_key(content: bytes) -> EllipticCurvePrivateKey:
    """Return the private key that is made of 32 random bytes; raise ValueError for bytes that make none."""
    return derive_private_key(int.from_bytes(content), SECP256R1())


def encrypt(
    plain: bytes,
    *,
    p256dh: str,
    auth: str,
    sender: EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Return ``plain`` encrypted for the browser with these keys; ``sender`` and ``salt`` are random but in tests.

    Raises ValueError where a key is none.
    """
    sender, salt = sender or generate_private_key(SECP256R1()), salt or os.urandom(16)
    theirs, ours = public_key(p256dh), _encoded(sender.public_key())
    shared = _derive(
        sender.exchange(ECDH(), theirs),
        salt=from_text(auth),
        info=b"WebPush: info\0" + _encoded(theirs) + ours,
        length=32,
    )
    key = _derive(shared, salt=salt, info=b"Content-Encoding: aes128gcm\0", length=16)
    nonce = _derive(shared, salt=salt, info=b"Content-Encoding: nonce\0", length=12)
    header = salt + RECORD.to_bytes(4) + len(ours).to_bytes(1) + ours
    return header + AESGCM(key).encrypt(nonce, plain + _LAST_RECORD, None)


def authorization(endpoint: str, key: EllipticCurvePrivateKey, *, contact: str, at: datetime) -> str:
    """Return the header by which the push service of ``endpoint`` knows who sends."""
    service = urlsplit(endpoint)
    claims = {
        "aud": f"{service.scheme}://{service.netloc}",
        "exp": int((at + TOKEN_LIFE).timestamp()),
        "sub": contact,
    }
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    token = jwt.encode({"alg": "ES256"}, claims, ECKey.import_key(pem))
    return f"vapid t={token}, k={public_text(key)}"


def public_text(key: EllipticCurvePrivateKey) -> str:
    """Return our public key as browsers take it when they subscribe."""
    return to_text(_encoded(key.public_key()))


def _encoded(key: EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _derive(material: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(material)
