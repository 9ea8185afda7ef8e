"""Files of a filing in pieces, over one address: from the first byte to the case, and what goes wrong on the way."""

import hashlib
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from accounts import rate_limits
from accounts.models import Citizen, User
from complaints.attachments.uploads import PIECE, keep, receive
from complaints.filing import drafting
from complaints.models import Attachment, Case, Draft, Upload
from complaints.workflow import State
from tests.complaints.portal.filing.steps import CHECK, WHAT, errors, send, shown, where
from tests.complaints.sample_files import PROGRAM, picture, upload
from tests.complaints.sample_sounds import sound

FILES = "/ar/new/complaint/files/"
#: A photo of more than one piece.
PHOTO = picture("PNG", size=(40, 30)) + b"\0" * PIECE
PHOTO_SAID = {"name": "a.png", "size": str(len(PHOTO)), "sha256": hashlib.sha256(PHOTO).hexdigest()}
BYTES = "application/octet-stream"


def begin(client: Client, content: bytes, *, name: str = "street.png", sha256: str = ""):
    said = {"name": name, "size": len(content), "sha256": sha256 or hashlib.sha256(content).hexdigest()}
    return client.post(FILES, said)


def bring(client: Client, content: bytes, *, name: str = "street.png", sha256: str = ""):
    """Send a whole file; return the answer to its end."""
    key = begin(client, content, name=name, sha256=sha256).json()["upload"]
    for start in range(0, len(content), PIECE):
        piece(client, key, start, content[start : start + PIECE])
    return client.post(FILES, {"finish": key})


def piece(client: Client, key: str, start: object, content: bytes):
    return client.post(f"{FILES}?upload={key}&start={start}", content, content_type=BYTES)


def test_a_photo_in_pieces_is_in_the_draft_and_then_in_the_case(as_amina: Client, draft: Draft) -> None:
    answer = bring(as_amina, PHOTO)
    file = draft.attachments.get()
    assert (answer.status_code, answer.json()["key"]) == (200, str(file.pk))
    assert f'value="{file.pk}"' in answer.json()["html"]
    assert not Upload.objects.exists()
    small = reverse("new-file", args=["complaint", file.pk]) + "?as=small"
    for page in (WHAT, CHECK):
        assert f'src="{small}"' in as_amina.get(page).content.decode()
    assert as_amina.get(small).headers["Content-Type"] == "image/jpeg"
    send(as_amina, draft)
    case = Case.objects.get()
    assert case.attachments.get().pk == file.pk
    page = as_amina.get(reverse("case", args=[case.reference])).content.decode()
    assert f'{reverse("case-file", args=[case.reference, file.pk])}?as=small"' in page


def test_a_first_file_begins_the_draft_also_of_a_visitor_and_within_ten_megabytes(
    as_amina: Client, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for browser in (as_amina, client):
        assert bring(browser, PHOTO).status_code == 200
    assert [draft.attachments.count() for draft in Draft.objects.all()] == [1, 1]
    monkeypatch.setattr(drafting, "MOST_BYTES_OF_A_VISITOR", PIECE)
    assert [begin(browser, PHOTO + b"x").status_code for browser in (as_amina, client)] == [200, 422]


def test_a_broken_connection_goes_on_where_it_stopped(as_amina: Client, draft: Draft) -> None:
    key = begin(as_amina, PHOTO).json()["upload"]
    assert piece(as_amina, key, 0, PHOTO[:PIECE]).json() == {"received": PIECE}
    assert begin(as_amina, PHOTO).json() == {"upload": key, "received": PIECE, "draft": str(draft.pk)}
    twice, early = piece(as_amina, key, 0, PHOTO[:PIECE]), piece(as_amina, key, 2 * PIECE, PHOTO[:PIECE])
    assert [(one.status_code, one.json()) for one in (twice, early)] == [(409, {"received": PIECE})] * 2
    unfinished = as_amina.post(FILES, {"finish": key})
    assert (unfinished.status_code, unfinished.json()) == (409, {"received": PIECE})
    piece(as_amina, key, PIECE, PHOTO[PIECE:])
    assert as_amina.post(FILES, {"finish": key}).status_code == 200


def test_what_is_wrong_is_said_in_a_sentence_and_leaves_nothing(as_amina: Client, draft: Draft) -> None:
    damaged = bring(as_amina, PHOTO, sha256="0" * 64)
    program = bring(as_amina, PROGRAM, name="photo.jpg")
    odd = [
        as_amina.post(FILES, {"sha256": "x", "size": "5"}),
        as_amina.post(FILES, {"sha256": "0" * 64, "size": "٥"}),
        as_amina.post(FILES, {"sha256": "0" * 64, "size": "99999999"}),
    ]
    assert [damaged.status_code, program.status_code, *(one.status_code for one in odd)] == [422] * 5
    assert "photo.jpg" in program.json()["error"]
    assert "50" in odd[-1].json()["error"]
    assert "50" not in damaged.json()["error"]
    assert not Upload.objects.exists()
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    "said", [{"finish": "x"}, {"cancel": "x"}, {"remove": "x"}], ids=["finish", "cancel", "remove"]
)
def test_a_key_that_is_none_is_not_found(as_amina: Client, draft: Draft, said: dict[str, str]) -> None:
    assert as_amina.post(FILES, said).status_code == 404
    assert piece(as_amina, "x", 0, b"x").status_code == 404


def test_nobody_reaches_the_uploads_and_files_of_another_draft(
    as_amina: Client, as_karim: Client, as_yusuf: Client, client: Client, draft: Draft, karim: Citizen
) -> None:
    key = begin(as_amina, PHOTO).json()["upload"]
    kept = bring(as_amina, picture()).json()["key"]
    assert piece(as_karim, key, f"0&draft={draft.pk}", PHOTO[:PIECE]).status_code == 404
    for said in ({"finish": key}, {"cancel": key}, {"remove": kept}):
        for named in ({}, {"draft": str(draft.pk)}):
            assert as_karim.post(FILES, said | named).status_code == 404
    begun = as_karim.post(FILES, PHOTO_SAID | {"draft": str(draft.pk)}).json()
    assert (begun["upload"] == key, begun["draft"] == str(draft.pk)) == (False, False)
    Upload.objects.filter(pk=begun["upload"]).delete()
    assert (Upload.objects.count(), Attachment.objects.count()) == (1, 1)
    where = reverse("new-file", args=["complaint", kept]) + "?as=small"
    assert [one.get(where).status_code for one in (as_amina, as_karim, as_yusuf, client)] == [200, 404, 302, 404]
    assert as_yusuf.post(FILES, {"finish": key}).status_code == 302


def test_a_file_is_cancelled_and_removed(as_amina: Client, draft: Draft) -> None:
    key = begin(as_amina, PHOTO).json()["upload"]
    assert as_amina.post(FILES, {"cancel": key}).status_code == 204
    assert as_amina.post(FILES, {"finish": key}).status_code == 404
    kept = bring(as_amina, PHOTO).json()["key"]
    assert as_amina.post(FILES, {"remove": kept}).status_code == 204
    assert (Upload.objects.count(), Attachment.objects.count()) == (0, 0)


def test_the_hour_and_the_draft_have_their_measure(
    as_amina: Client, draft: Draft, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep([receive(upload("a.jpg", picture(size=(20 + number, 20))), at=now) for number in range(10)], draft=draft)
    full = begin(as_amina, PHOTO)
    assert (full.status_code, "10" in full.json()["error"]) == (422, True)
    monkeypatch.setattr(
        rate_limits, "UPLOADED_KILOBYTES_PER_PERSON", rate_limits.RateLimit("upload_kilobytes", 1, rate_limits.HOUR)
    )
    assert begin(as_amina, PHOTO).status_code == 429


def test_no_room_is_said(as_amina: Client, draft: Draft, full_disk: None) -> None:
    answer = bring(as_amina, PHOTO)
    assert answer.status_code == 422
    assert Upload.objects.count() == 1


# ---- a voice note ----


def test_a_voice_note_is_enough_to_file(as_amina: Client, make_draft, omar: User) -> None:
    draft = make_draft(subject="", details="")
    assert list(errors(as_amina.post(WHAT, {"details": ""}))) == ["details"]
    answer = bring(as_amina, sound(), name="voice.webm")
    assert "<audio controls" in answer.json()["html"]
    assert where(as_amina.post(WHAT, {"details": ""})) == CHECK
    send(as_amina, draft)
    case = Case.objects.get()
    assert (case.subject, case.details, case.state) == ("رسالة صوتية", "", State.REFERRED)
    assert case.attachments.get().is_voice


def test_a_recording_chosen_as_a_file_is_enough_too(as_amina: Client, make_draft) -> None:
    make_draft(subject="", details="")
    assert where(as_amina.post(WHAT, {"details": "", "attachments": [upload("note.ogg", sound("ogg"))]})) == CHECK


def test_a_voice_the_agency_may_not_hear_goes_to_the_unit(as_amina: Client, make_draft) -> None:
    draft = make_draft(subject="", details="")
    bring(as_amina, sound(), name="voice.webm")
    page = shown(send(as_amina, draft, hides_identity="on"))
    send(as_amina, draft, hides_identity="on", seen=page.context["agency_view"].digest)
    assert Case.objects.get().state == State.TRIAGE


def test_the_microphone_is_allowed_where_a_note_is_recorded_and_nowhere_else(as_amina: Client, draft: Draft) -> None:
    policies = {page: as_amina.get(page).headers["Permissions-Policy"] for page in (WHAT, CHECK, "/ar/")}
    assert [("microphone=(self)" in policies[page]) for page in (WHAT, CHECK, "/ar/")] == [True, False, False]
    policy = as_amina.get(WHAT).headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "blob:" not in policy
