"""The push services of browsers, and the key under which browsers subscribe with them; no call is made here."""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from typing import Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from notifications.carriers.push_encryption import private_key, public_text

_KEY_BYTES: Final = 32
#: The name of a machine: an address without one could only be tried again and again.
_HOST: Final = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")


def server_key() -> EllipticCurvePrivateKey:
    """Return the key of ``PUSH_KEY``; raise ImproperlyConfigured where it is none."""
    try:
        content = b64decode(settings.PUSH_KEY, validate=True)
        if len(content) == _KEY_BYTES:
            return private_key(content)
    except (NotBase64, ValueError):
        pass
    text = "PUSH_KEY is not 32 random bytes in base64. Make it with: openssl rand -base64 32"
    raise ImproperlyConfigured(text)


def application_key() -> str:
    """Return the public key with which browsers subscribe; empty where notifications are not offered."""
    return public_text(server_key()) if settings.PUSH_KEY else ""


def is_push_service(endpoint: str) -> bool:
    """Tell whether an address is one of the push services of the settings, over TLS and without a user in it."""
    try:
        parts = urlsplit(endpoint)
        host, _ = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return False
    is_named = any(host.endswith(name) if name.startswith(".") else host == name for name in settings.PUSH_HOSTS)
    is_safe = parts.scheme == "https" or (settings.WEBHOOKS_ALLOW_PRIVATE and parts.scheme == "http")
    return bool(_HOST.fullmatch(host)) and is_named and is_safe and "@" not in parts.netloc
