"""An app at work: requests of the interface with the key of a session, without cookies."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.test import Client
from django.test.client import RequestFactory
from django.utils import timezone

from accounts.models import Citizen
from accounts.sign_in import app_sessions

ROOT = "/api/v1"
JSON = "application/json"


class App:
    """An app of ``citizen``, or one of nobody; answers are Django's, with their JSON as ``json()``."""

    def __init__(self, citizen: Citizen | None = None, *, language: str = "en") -> None:
        self.client, self.headers = Client(), {"accept-language": language}
        if citizen is not None:
            keys = app_sessions.begin(_request(), citizen.user, device="Phone", at=timezone.now())
            self.keys = keys
            self.use(keys.access)

    def use(self, access: str) -> None:
        """Send this access key from now on."""
        self.headers["authorization"] = f"Bearer {access}"

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(ROOT + path, headers=self.headers | _named(headers))

    def delete(self, path: str) -> Any:
        return self.client.delete(ROOT + path, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        sent = body if isinstance(body, str | bytes) else json.dumps(body or {})
        return self.client.post(ROOT + path, sent, content_type=JSON, headers=self.headers | _named(headers))

    def form(self, path: str, body: dict[str, Any], **headers: str) -> Any:
        return self.client.post(ROOT + path, body, headers=self.headers | _named(headers))

    def put(self, path: str, content: bytes) -> Any:
        kind = "application/octet-stream"
        return self.client.put(ROOT + path, content, content_type=kind, headers=self.headers)


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def _request() -> HttpRequest:
    return RequestFactory().post("/api/v1/sessions")
