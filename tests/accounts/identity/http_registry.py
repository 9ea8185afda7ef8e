"""The settings of a registry over HTTP as tests name it, and somebody it is asked about."""

import json
from datetime import date

from accounts.identity.registries import IdentityClaim

CLASS = "accounts.identity.registries.http_json.HttpJsonRegistry"
CLAIM = IdentityClaim("national", "9902103456", "أمينة", "سامي", "عادل", "الخطيب", date(1990, 3, 27))
ANSWERS = [
    {"status": 200, "path": "result.0.code", "is": "MATCH", "means": "match"},
    {"status": 200, "path": "result.0.code", "is": "DIFFERENT", "means": "mismatch"},
    {"status": 200, "path": "result.0.code", "is": "NOBODY", "means": "unknown"},
    {"status": 200, "path": "result.0.code", "is": "BUSY", "means": "error"},
    {"status": 422, "means": "not_covered"},
]
FIELDS = {"name": "result.0.same.name", "birth_date": "result.0.same.birth"}


def described(url: str, **changes: str) -> dict[str, str]:
    """Return the settings of a registry at ``url``, with ``changes``."""
    return {
        "REGISTRY_HTTP_URL": url,
        "REGISTRY_HTTP_AUTH": '{"bearer": "key-of-ours"}',
        "REGISTRY_HTTP_BODY": json.dumps(
            {"nin": "{number}", "names": ["{first_name}", "{family_name}"], "dob": "{birth_date}"}
        ),
        "REGISTRY_HTTP_ANSWERS": json.dumps(ANSWERS),
        "REGISTRY_HTTP_FIELDS": json.dumps(FIELDS),
        "REGISTRY_HTTP_KINDS": "national,personal",
        "REGISTRY_HTTP_TIMEOUT": "20",
        "REGISTRY_HTTP_CA_FILE": "",
        "REGISTRY_HTTP_CERT_FILE": "",
        "REGISTRY_HTTP_KEY_FILE": "",
    } | changes


def says(code: str, *, name: object = True, birth: object = True) -> bytes:
    """Return an answer of the registry."""
    return json.dumps({"result": [{"code": code, "same": {"name": name, "birth": birth}}]}).encode()
