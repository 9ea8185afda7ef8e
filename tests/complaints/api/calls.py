"""Signing a call as a program outside does, without the code under test."""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

from django.test import Client
from django.utils import timezone


def signed(
    secret: str, data: object, *, call_id: str = "", shift: int = 0, body: bytes | None = None
) -> dict[str, Any]:
    """Return what a test client posts: the body and the three headers of Standard Webhooks."""
    text = body if body is not None else json.dumps(data, ensure_ascii=False).encode()
    name, moment = call_id or secrets.token_hex(8), str(int(timezone.now().timestamp()) + shift)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(key, f"{name}.{moment}.".encode() + text, hashlib.sha256).digest()).decode()
    headers = {"webhook-id": name, "webhook-timestamp": moment, "webhook-signature": f"v1,{signature}"}
    return {"data": text, "content_type": "application/json", "headers": headers}


def post(url: str, secret: str, data: object, **more: Any) -> Any:
    """Post a signed call and return the answer."""
    return Client().post(url, **signed(secret, data, **more))
