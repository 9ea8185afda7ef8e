"""A citizen's own cases in an app: filed, listed, followed, and never those of others."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.actions import file, filing
from complaints.actions.filing import MOST_SAME_OPEN, Filing
from complaints.models import Case, Channel, Draft
from tests.app_client import App
from tests.complaints.api.v1.answered import answer
from tests.complaints.sample_files import picture

#: What costs the same statements however much is there.
LISTS = ("/cases", "/drafts", "/topics?kind=complaint", "/agencies", "/governorates")


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


def test_a_case_that_comes_at_once_is_judged_as_a_draft_is_in_few_statements(
    new: dict[str, object], amina: Citizen, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = App(amina)
    filed = [app.post("/cases", new).json()["reference"] for _turn in range(MOST_SAME_OPEN)]
    again = app.post("/cases", new | {"details": f"  {new['details']} "}).json()
    assert (again["code"], again["reference"]) == ("sent_already", filed[-1])
    other = new | {"details": "The street lamp in front of the school is dark."}
    with CaptureQueriesContext(connection) as captured:
        assert app.post("/cases", other, idempotency_key="other").status_code == 201
    assert len(captured) <= 18, [one["sql"] for one in captured.captured_queries]
    monkeypatch.setattr(filing, "MOST_FILED_A_DAY", 3)
    assert app.post("/cases", new | {"details": "The bin is full."}).json()["code"] == "too_many"
    assert (Case.objects.count(), Draft.objects.count()) == (3, 0)


def test_an_app_adds_answers_rates_and_objects_once_for_each_key(
    new: dict[str, object], amina: Citizen, omar: User, karim: Citizen
) -> None:
    app = App(amina)
    reference = app.post("/cases", new).json()["reference"]
    case, path = Case.objects.get(reference=reference), f"/cases/{reference}"
    photo = SimpleUploadedFile("street.png", picture("PNG", size=(40, 30)), "image/png")
    added = app.form(f"{path}/additions", {"text": "It is getting worse.", "attachments": [photo]}, idempotency_key="a")
    assert added.status_code == 201, added.content
    photo.seek(0)
    again = app.form(f"{path}/additions", {"text": "It is getting worse.", "attachments": [photo]}, idempotency_key="a")
    assert (again.json(), case.additions.count(), case.attachments.count()) == (added.json(), 1, 1)
    file = added.json()["entries"][0]["files"][0]
    shown = app.get(f"{path}/files/{file['id']}?as=small")
    assert (file["name"], shown.status_code, shown["Content-Type"]) == ("street.png", 200, "image/jpeg")
    odd = app.form(f"{path}/additions", {"text": "x", "subject": "y"}).json()
    assert [(field["name"], field["code"]) for field in odd["fields"]] == [("subject", "unknown_field")]
    lost = app.form(f"{path}/additions", {"text": "x", "attachments": "street.png"}).json()
    assert [(field["name"], field["code"]) for field in lost["fields"]] == [("attachments", "unknown_field")]
    assert app.post(f"{path}/additions", {"text": "x"}).json()["code"] == "wrong_type"
    assert app.form(f"{path}/replies", {"text": "Nobody asked."}).json()["code"] == "overtaken"
    assert app.post(f"{path}/reminders").json()["code"] == "overtaken"
    correction = {"subject": "Leak", "details": "Water in the street."}
    assert app.post(f"{path}/corrections", correction).json()["details"] == "Water in the street."
    answer(Case.objects.get(pk=case.pk), by=omar)
    assert app.post(f"{path}/corrections", correction).json()["code"] == "overtaken"
    rated = app.post(f"{path}/ratings", {"solved": "no", "treated": 4, "text": "Still wet."}, idempotency_key="r")
    assert (rated.status_code, rated.json()["rating"]["solved"], rated.json()["rating"]["count"]) == (201, "no", 1)
    assert app.post(f"{path}/ratings", {"solved": "yes"}).json()["code"] == "overtaken"
    assert app.post(f"{path}/ratings", {"solved": "yes", "count": 1}).json()["rating"]["solved"] == "yes"
    assert app.post(f"{path}/objections", {"text": "short"}).json()["fields"][0]["name"] == "text"
    objected = app.post(f"{path}/objections", {"text": "The street is still wet and nobody came."})
    assert (objected.status_code, objected.json()["state"]) == (201, "objected")
    stranger = App(karim)
    tries = [stranger.post(f"{path}/{act}", body) for act, body in (("withdrawals", {}), ("ratings", {"solved": "no"}))]
    assert [(one.status_code, one.json()["code"]) for one in tries] == [(404, "not_found")] * 2


def test_whoever_stays_unnamed_sees_what_the_agency_will_read(new: dict[str, object], amina: Citizen) -> None:
    app = App(amina)
    named = new | {"details": "أنا أمينة الخطيب ورقمي 0790001234 والماء يجري أمام بيتي", "hides_identity": True}
    preview = app.post("/cases", named)
    assert (preview.status_code, preview.json()["code"]) == (409, "unseen_preview")
    assert not any("0790001234" in text for text in preview.json()["preview"])
    assert (Case.objects.count(), Draft.objects.count()) == (0, 0)
    assert app.post("/cases", named | {"seen": preview.json()["seen"]}).status_code == 201
    assert Case.objects.get().hides_identity is True


def test_lists_and_threads_take_the_same_statements_however_many_there_are(
    new: dict[str, object], amina: Citizen, omar: User
) -> None:
    app = App(amina)
    counts = []
    for number in (1, 13):
        for place in range(Case.objects.count(), number):
            words = {"subject": f"تسرب {place}", "details": "منذ أسبوع", "topic": Topic.objects.get(code=new["topic"])}
            agency = Agency.objects.get(code=new["agency"])
            file(Filing(citizen=amina, kind="complaint", agency=agency, **words), by=amina.user, at=timezone.now())
        reference = app.get("/cases").json()["items"][0]["reference"]
        for path in (*LISTS, f"/cases/{reference}"):
            app.get(path)
            with CaptureQueriesContext(connection) as captured:
                assert app.get(path).status_code == 200
            counts.append((path.removesuffix(reference), len(captured)))
    assert counts[:6] == counts[6:]
    assert dict(counts)["/cases"] <= 5
    first = app.get("/cases").json()
    second = app.get(f"/cases?after={first['next']}").json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (10, 3, "")
    # The case at the end of the first page is closed before the second is asked for.
    assert app.post(f"/cases/{first['next']}/withdrawals").status_code == 201
    assert app.get(f"/cases?after={first['next']}").json() == second
