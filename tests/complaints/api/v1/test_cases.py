"""A citizen's own cases in an app: filed, listed, followed, and never those of others."""

from __future__ import annotations

import pytest

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.models import Case, Channel, Draft
from tests.app_client import App


@pytest.fixture
def new(water: Agency, leak: Topic, omar: User) -> dict[str, object]:
    """The body of a complaint to the water company."""
    words = {"details": "The water has been leaking in front of the school for a week.", "governorate": "JO-AM"}
    return {"kind": "complaint", "agency": water.code, "topic": leak.code, "area": "Jubaiha", **words}


def test_an_app_files_a_case_and_follows_it(new: dict[str, object], amina: Citizen, karim: Citizen) -> None:
    app = App(amina)
    filed = app.post("/cases", new, idempotency_key="one")
    assert filed.status_code == 201, filed.content
    reference = filed.json()["reference"]
    case = Case.objects.get(reference=reference)
    assert (case.channel, case.citizen, case.language) == (Channel.APP, amina, "en")
    assert app.post("/cases", new, idempotency_key="one").json() == filed.json()
    assert app.post("/cases", new | {"area": "Abdali"}, idempotency_key="one").json()["code"] == "key_used"
    assert (Case.objects.count(), Draft.objects.count()) == (1, 0)
    listed = app.get("/cases").json()
    assert [row["reference"] for row in listed["items"]] == [reference]
    thread = app.get(f"/cases/{reference}").json()
    assert (thread["details"], thread["may"]["withdraw"], thread["rating"]) == (new["details"], True, None)
    assert thread["entries"][-1]["title"] == "You sent the complaint"
    assert App(karim).get(f"/cases/{reference}").json()["code"] == "not_found"
    assert App().get(f"/cases/{reference}").status_code == 401
