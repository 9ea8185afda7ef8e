"""Files that arrive in pieces: in order, of the right length, with the right digest; taken up again; thrown away."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from complaints.attachments import uploads
from complaints.attachments.recognition import FileRefused
from complaints.attachments.uploads import PIECE
from complaints.escalation.expiry import discard_drafts
from complaints.models import Draft, Upload, UploadPiece

pytestmark = pytest.mark.usefixtures("media")

CONTENT = bytes(range(256)) * 2500  # two whole pieces and a rest
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def begun(draft: Draft, now: datetime, *, sha256: str = SHA256, room: int = 10) -> Upload:
    return uploads.begin(draft, name="../street.jpg", size=len(CONTENT), sha256=sha256, room=room, at=now)


def piece(draft: Draft, key: UUID, number: int, now: datetime, content: bytes = CONTENT) -> int:
    start = number * PIECE
    return uploads.take_piece(draft, key, start=start, content=content[start : start + PIECE], at=now).received


def finish(draft: Draft, key: UUID) -> None:
    with uploads.assembled(draft, key):
        pass


def test_a_file_is_put_together_from_its_pieces_after_a_broken_connection(draft: Draft, now: datetime) -> None:
    first = begun(draft, now)
    assert piece(draft, first.pk, 0, now) == PIECE
    again = begun(draft, now)
    assert (again.pk, again.received) == (first.pk, PIECE)
    assert [piece(draft, first.pk, number, now) for number in (1, 2)] == [2 * PIECE, len(CONTENT)]
    with uploads.assembled(draft, first.pk) as whole:
        assert (whole.read(), whole.name, whole.size) == (CONTENT, "street.jpg", len(CONTENT))


def test_a_piece_twice_too_early_or_of_another_length_changes_nothing(draft: Draft, now: datetime) -> None:
    key = begun(draft, now).pk
    piece(draft, key, 0, now)
    for number in (0, 2):
        with pytest.raises(uploads.OutOfOrder) as error:
            piece(draft, key, number, now)
        assert error.value.received == PIECE
    for content in (b"", b"x", CONTENT[PIECE : 2 * PIECE + 1]):
        with pytest.raises(uploads.WrongPiece):
            uploads.take_piece(draft, key, start=PIECE, content=content, at=now)
    with pytest.raises(uploads.OutOfOrder):
        finish(draft, key)
    assert (Upload.objects.get().received, UploadPiece.objects.count()) == (PIECE, 1)


def test_another_file_than_was_announced_is_thrown_away(draft: Draft, now: datetime) -> None:
    key = begun(draft, now, sha256="0" * 64).pk
    for number in range(3):
        piece(draft, key, number, now)
    with pytest.raises(uploads.WrongContent):
        finish(draft, key)
    assert not Upload.objects.exists()
    with pytest.raises(uploads.NoUpload):
        finish(draft, key)


@pytest.mark.parametrize(
    ("size", "sha256", "refusal"),
    [
        (0, SHA256, uploads.WrongUpload),
        (50 * 1024 * 1024 + 1, SHA256, FileRefused),
        (5, "A" * 64, uploads.WrongUpload),
        (5, "0" * 63, uploads.WrongUpload),
        (5, "", uploads.WrongUpload),
    ],
    ids=["empty", "too_large", "letters", "short", "none"],
)
def test_what_can_be_no_file_is_refused_before_it_begins(size: int, sha256: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        uploads.require_possible(size=size, sha256=sha256)


def test_an_upload_belongs_to_its_draft_and_has_its_room(draft: Draft, now: datetime) -> None:
    key = begun(draft, now, room=1).pk
    other = Draft(pk=uuid4())
    for act in (lambda: piece(other, key, 0, now), lambda: finish(other, key)):
        with pytest.raises(uploads.NoUpload):
            act()
    uploads.drop(other, key)
    with pytest.raises(uploads.TooManyUploads):
        begun(draft, now, sha256="1" * 64, room=1)
    assert Upload.objects.count() == 1
    uploads.drop(draft, key)
    assert not Upload.objects.exists()


def test_uploads_left_alone_and_those_without_a_draft_end_by_themselves(draft: Draft, now: datetime) -> None:
    piece(draft, begun(draft, now).pk, 0, now)
    lost = begun(Draft(pk=uuid4()), now)
    discard_drafts(at=now)
    assert not Upload.objects.filter(pk=lost.pk).exists()
    discard_drafts(at=now + timedelta(hours=23))
    assert UploadPiece.objects.count() == 1
    discard_drafts(at=now + timedelta(hours=25))
    assert (Upload.objects.count(), UploadPiece.objects.count(), Draft.objects.count()) == (0, 0, 1)
