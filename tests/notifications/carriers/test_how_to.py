"""The carrier that the page "Add a carrier" shows is run as it stands there."""

from __future__ import annotations

import json
import re
from datetime import datetime
from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.devstack.state import ROOT
from notifications.carriers import Accepted, Declined, Meaning, StatusUnavailable, Uncertain
from tests.notifications.outgoing import SMS
from tests.notifications.servers import gateway_like


def example() -> ModuleType:
    """Return the example as a module."""
    page = (ROOT / "docs" / "how-to" / "add-a-carrier.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"   ```python\n(.*?)   ```\n", page, re.DOTALL)
    found = ModuleType("mersal")
    exec(re.sub(r"^   ", "", code, flags=re.MULTILINE), found.__dict__)
    return found


def test_each_answer_of_its_gateway_has_one_meaning(settings: Any, now: datetime) -> None:
    module = example()
    settings.MERSAL_URL = settings.MERSAL_KEY = ""
    with pytest.raises(ImproperlyConfigured):
        module.MersalCarrier()
    with gateway_like() as gateway:
        settings.MERSAL_URL, settings.MERSAL_KEY = gateway.url, "key"
        carrier = module.MersalCarrier()

        def sent(status: int, said: object) -> object:
            gateway.status, gateway.answer = status, json.dumps(said).encode()
            try:
                return carrier.send(SMS)
            except (Declined, Uncertain) as refusal:
                return refusal.meaning if isinstance(refusal, Declined) else refusal.code

        assert sent(201, {"id": "7"}) == Accepted("7")
        codes = module.MEANINGS | {"new": "400"}
        assert {code: sent(400, {"error": code}) for code in codes} == codes
        assert [sent(500, {"error": "no_such_number"}), sent(302, {"error": ""})] == ["500", "302"]
        row = {"id": "7", "status": "delivered", "text": SMS.body}
        page = {"messages": [row], "next": None}
        gateway.status, gateway.answer = 200, json.dumps(page).encode()
        assert carrier.find(SMS, since=now).provider_id == "7"
        gateway.status = 404
        assert carrier.fetch("7") is None
        gateway.drips, settings.NOTIFICATIONS_TIME_FACTOR = True, 0.02
        assert sent(201, {"id": "7" * 500}) == "slow"
        for status, text in ((200, gateway.answer), (200, b"garbage"), (500, b"{}")):
            gateway.status, gateway.answer = status, text
            with pytest.raises(StatusUnavailable):
                list(carrier.listing(since=now, until=now))
        gateway.drips, gateway.hangs_up = False, True
        assert sent(201, {"id": "7"}) == "connection"
    assert sent(201, {"id": "7"}) == Meaning.BUSY
