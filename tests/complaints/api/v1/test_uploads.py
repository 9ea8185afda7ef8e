"""Files in pieces from an app: out of order, short, twice, another content, and gone on with after a break."""

from __future__ import annotations

import hashlib
from typing import Any

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.attachments.uploads import PIECE
from complaints.models import Attachment, Case, Draft, Upload
from tests.app_client import App
from tests.complaints.sample_files import PROGRAM, picture

#: A photo of more than one piece.
PHOTO = picture("PNG", size=(40, 30)) + b"\0" * PIECE


def begin(app: App, draft: str, content: bytes, *, sha256: str = "") -> Any:
    said = {"name": "street.png", "size": len(content), "sha256": sha256 or hashlib.sha256(content).hexdigest()}
    return app.post(f"/drafts/{draft}/uploads", said)


def codes(*answers: Any) -> list[tuple[int, str]]:
    return [(answer.status_code, answer.json().get("code", "")) for answer in answers]


def test_pieces_come_in_order_and_the_file_is_what_was_announced(
    amina: Citizen, karim: Citizen, water: Agency, leak: Topic, omar: User
) -> None:
    app = App(amina)
    draft = app.post("/drafts", {"kind": "complaint"}, idempotency_key="d").json()["id"]
    assert app.post("/drafts", {"kind": "complaint"}, idempotency_key="d").json()["id"] == draft
    upload = begin(app, draft, PHOTO).json()["upload"]
    path = f"/drafts/{draft}/uploads/{upload}"
    wrong = (
        app.put(f"{path}?start={PIECE}", PHOTO[PIECE:]),
        app.put(f"{path}?start=0", PHOTO[:100]),
        app.put(f"{path}?start=x", b""),
        app.post(f"{path}/finish"),
    )
    refused = [(409, "out_of_order"), (422, "damaged"), (422, "invalid"), (409, "out_of_order")]
    assert codes(*wrong) == refused
    assert app.put(f"{path}?start=0", PHOTO[:PIECE]).json()["received"] == PIECE
    twice = app.put(f"{path}?start=0", PHOTO[:PIECE])
    assert (twice.status_code, twice.json()["received"]) == (409, PIECE)
    # After a break: the same file is gone on with, and says how far it is.
    assert begin(app, draft, PHOTO).json() == {"upload": upload, "received": PIECE, "piece": PIECE}
    assert app.get(path).json()["received"] == PIECE
    stranger = App(karim)
    assert codes(stranger.get(path), stranger.put(f"{path}?start={PIECE}", b"x")) == [(404, "not_found")] * 2
    app.put(f"{path}?start={PIECE}", PHOTO[PIECE:])
    kept = app.post(f"{path}/finish").json()
    assert (kept["name"], Upload.objects.count()) == ("street.png", 0)
    assert app.get("/drafts").json()["items"][0]["files"] == [kept]
    body = {"kind": "complaint", "draft": draft, "agency": water.code, "topic": leak.code, "details": "ماء في الشارع"}
    body |= {"governorate": "JO-AM", "area": "Jubaiha"}
    first, second = app.post("/cases", body), app.post("/cases", body)
    assert first.json()["reference"] == second.json()["reference"]
    assert Case.objects.get().attachments.get().pk == Attachment.objects.get().pk


def test_what_is_not_the_file_or_no_photo_leaves_nothing(amina: Citizen) -> None:
    app = App(amina)
    draft = app.post("/drafts", {"kind": "complaint"}).json()["id"]
    other = begin(app, draft, b"abc", sha256="0" * 64).json()["upload"]
    app.put(f"/drafts/{draft}/uploads/{other}?start=0", b"abc")
    program = begin(app, draft, PROGRAM).json()["upload"]
    app.put(f"/drafts/{draft}/uploads/{program}?start=0", PROGRAM)
    answers = [app.post(f"/drafts/{draft}/uploads/{key}/finish") for key in (other, program)]
    assert codes(*answers) == [(422, "damaged"), (422, "file_refused")]
    assert codes(app.post(f"/drafts/{draft}/uploads", {"name": "x", "size": 0, "sha256": "x"})) == [(422, "invalid")]
    film = app.post(f"/drafts/{draft}/uploads", {"name": "film.mp4", "size": 10**10, "sha256": "0" * 64}).json()
    assert (film["code"], "film.mp4" in film["detail"], "50" in film["detail"]) == ("file_refused", True, True)
    assert (Upload.objects.count(), Attachment.objects.count()) == (0, 0)
    assert app.delete(f"/drafts/{draft}").status_code == 204
    assert not Draft.objects.exists()
