"""Drafts that a browser kept while there was no network, and what is shared with the app: each becomes one draft."""

import hashlib
import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Citizen
from agencies.models import Topic
from complaints.filing.drafting import MOST_OF_A_VISITOR
from complaints.models import Case, Draft
from complaints.portal import filing_files
from tests.cast import sign_in
from tests.complaints.portal.filing.steps import send
from tests.complaints.sample_files import picture, upload

pytestmark = pytest.mark.django_db

OFFLINE, SHARE, FILES = "/en/new/offline/", "/en/new/shared/", "/en/new/complaint/files/"
PHOTO = picture("PNG", size=(40, 30))
WORDS = "The lamp before the school is dark since Sunday."


def kept(client: Client, key: uuid.UUID, *, age: int = 60, kind: str = "complaint", **fields: str):
    return client.post(OFFLINE, {"draft": str(key), "kind": kind, "age": age, "details": WORDS} | fields)


def bring_photo(client: Client, key: uuid.UUID):
    said = {"draft": key, "name": "a.png", "size": len(PHOTO), "sha256": hashlib.sha256(PHOTO).hexdigest()}
    begun = client.post(FILES, said).json()
    place = f"{FILES}?draft={key}&upload={begun['upload']}&start=0"
    client.post(place, PHOTO, content_type="application/octet-stream")
    return client.post(FILES, {"draft": key, "finish": begun["upload"]})


def fill_and_send(client: Client, draft: Draft, topic: Topic) -> None:
    Draft.objects.filter(pk=draft.pk).update(topic=topic, agency_unknown=True)
    send(client, Draft.objects.get(pk=draft.pk))


@pytest.mark.usefixtures("hours")
def test_a_kept_draft_with_its_photo_becomes_one_case_however_often_it_is_sent(as_amina, water_topic, monkeypatch):
    key = uuid.uuid4()
    for _ in range(2):
        answer = kept(as_amina, key)
        assert (answer.status_code, answer.json()["state"], answer.json()["draft"]) == (200, "taken", str(key))
        assert bring_photo(as_amina, key).status_code == 200
    draft = Draft.objects.get()
    assert (draft.pk, draft.details, draft.attachments.count()) == (key, WORDS, 1)
    fill_and_send(as_amina, draft, water_topic)
    assert Case.objects.get().attachments.count() == 1
    # The answer was lost, and the browser sends all of it once more.
    assert kept(as_amina, key).json() == {"state": "sent"}
    assert (Draft.objects.count(), Case.objects.count()) == (0, 1)
    # The control: without the question whether it is a case already, and the look at the key, there is a second one.
    monkeypatch.setattr(filing_files, "is_sent", lambda _key: False)
    monkeypatch.setattr(filing_files.uploads, "discard", lambda _draft: None)
    kept(as_amina, key)
    assert (Draft.objects.count(), Case.objects.count()) == (1, 1)


def test_older_words_replace_no_newer_ones_and_nobody_takes_the_draft_of_another(as_amina, as_karim):
    key = uuid.uuid4()
    kept(as_amina, key)
    Draft.objects.update(details="Newer.", updated_at=timezone.now() - timedelta(seconds=30))
    assert kept(as_amina, key, age=600).json()["state"] == "taken"
    assert Draft.objects.get().details == "Newer."
    assert kept(as_amina, key, age=0).json()["state"] == "taken"
    assert Draft.objects.get().details == WORDS
    answer = kept(as_karim, key)
    assert (answer.status_code, Draft.objects.count()) == (409, 1)
    assert answer.json() == {"error": "Someone else is continuing this draft."}


def test_who_is_signed_in_is_said_by_a_mark_and_a_draft_that_cannot_be_read_is_refused(client, as_amina, as_yusuf):
    said = as_amina.get(OFFLINE).json()
    assert (len(said["person"]), client.get(OFFLINE).json()["person"]) == (16, "")
    assert set(said["texts"]) == {"taken", "go", "others", "expired", "unreadable"}
    assert as_yusuf.get(OFFLINE).status_code == 302
    for wrong in ({"age": 25 * 3600}, {"age": -1}, {"kind": "quarrel"}, {"age": "soon"}):
        answer = kept(as_amina, uuid.uuid4(), **wrong)
        assert (answer.status_code, list(answer.json())) == (422, ["error"])
    assert not Draft.objects.exists()


def test_a_topic_that_ended_meanwhile_is_asked_anew(as_amina, water_topic):
    key = uuid.uuid4()
    kept(as_amina, key)
    Draft.objects.update(topic=water_topic, agency_unknown=True)
    Topic.objects.filter(pk=water_topic.pk).update(is_active=False)
    answer = kept(as_amina, key, age=0, question_gone="Yes")
    assert (answer.status_code, Draft.objects.get().details) == (200, WORDS)
    assert as_amina.get(answer.json()["url"]).status_code == 200


def test_a_visitor_keeps_as_many_drafts_as_by_the_pages_and_is_told(client):
    answers = [kept(client, uuid.uuid4()) for _ in range(MOST_OF_A_VISITOR + 1)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "Too many drafts" in answers[-1].json()["error"]
    assert Draft.objects.count() == MOST_OF_A_VISITOR


def shared(client: Client, *, site: str = "none", **fields: object):
    return client.post(SHARE, fields, headers={"Sec-Fetch-Site": site})


def test_a_photo_and_a_text_that_are_shared_begin_a_complaint_also_of_somebody_signed_out(amina: Citizen):
    client = Client(enforce_csrf_checks=True)
    answer = shared(client, title="Lamp", text=WORDS, url="", attachments=upload("lamp.png", PHOTO))
    draft = Draft.objects.get()
    assert (draft.kind, draft.citizen_id, draft.details) == ("complaint", None, f"Lamp\n{WORDS}")
    assert draft.attachments.get().name == "lamp.png"
    assert answer.headers["Location"] == f"/en/new/complaint/what/?draft={draft.pk}"
    page = sign_in(client, amina).get(answer.headers["Location"]).content.decode()
    draft.refresh_from_db()
    assert (WORDS in page, draft.citizen) == (True, amina)


def test_another_site_shares_nothing_and_what_cannot_be_kept_is_shown(client, as_amina):
    assert shared(client, site="cross-site", text=WORDS).status_code == 403
    assert client.post(SHARE, {"text": WORDS}, headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert not Draft.objects.exists()
    assert shared(client, text=" ").headers["Location"].startswith("/en/new/complaint/what/?draft=")
    assert not Draft.objects.exists()
    answer = shared(as_amina, text=WORDS, attachments=upload("lamp.exe", b"MZ"))
    page = as_amina.get(answer.headers["Location"]).content.decode()
    assert (WORDS in page, "lamp.exe" in page) == (True, True)
    answers = [shared(client, text=WORDS) for _ in range(MOST_OF_A_VISITOR + 1)]
    assert (answers[-1].status_code, WORDS in answers[-1].content.decode()) == (429, True)


@pytest.fixture(autouse=True)
def _no_files_left(media: None) -> None:
    """Let the files lie in a folder of the test."""
