"""A telephone that shows notifications: added by its app, and ended with the app's session."""

from __future__ import annotations

from base64 import b64encode

from accounts.models import Citizen
from notifications.models import PushSubscription
from tests.app_client import App
from tests.fakes.push_service import FakePushService


def test_a_device_is_added_once_and_ends_with_the_session_of_its_app(amina: Citizen, karim: Citizen, settings) -> None:
    settings.PUSH_KEY = b64encode(bytes(range(32))).decode()
    settings.PUSH_CARRIERS = ["notifications.carriers.web_push.WebPushCarrier"]
    app, body = App(amina), FakePushService(url="https://fcm.googleapis.com").address()._asdict()
    added = app.post("/devices", body | {"device": "Amina's phone"}, idempotency_key="one")
    assert added.status_code == 201, added.content
    assert app.post("/devices", body | {"device": "Amina's phone"}, idempotency_key="one").json() == added.json()
    assert app.get("/devices").json()["items"] == [added.json()]
    App(karim).delete(f"/devices/{added.json()['id']}")
    assert PushSubscription.objects.count() == 1
    wrong = app.post("/devices", body | {"endpoint": "https://10.0.0.1/x"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid")
    assert app.delete("/sessions/current").status_code == 204
    assert not PushSubscription.objects.exists()
    settings.PUSH_KEY = ""
    assert App(amina).post("/devices", body).status_code == 404
