"""Files of a draft in pieces: begun, sent piece by piece, gone on with after a break, checked by their digest, kept."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from ninja import Query, Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from accounts.api.access import TAKES_KEY, Body, Line, once, signed_in
from accounts.decorators import signed_in_user
from complaints.api.v1.case_schemas import StoredFile, files
from complaints.api.v1.drafts import own_draft
from complaints.attachments import uploads
from complaints.attachments.fields import KILOBYTE, NOT_STORED, accept, refusal_text, spend, uploader_key
from complaints.attachments.recognition import FileRefused
from complaints.models import Draft
from kit.file_storage import has_no_room
from kit.problems import Problem

router = Router(tags=["files"], auth=signed_in)


class NewUpload(Body):
    """A file that is to come: its name, its size in bytes, and the SHA-256 of its content in hexadecimal."""

    name: Line
    size: Annotated[int, Field(ge=1, le=10**15)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class UploadState(BaseModel):
    """How much of a file is there; ``piece`` is the length of every piece but the last, in bytes."""

    upload: uuid.UUID
    received: int
    piece: int = uploads.PIECE


@contextmanager
def _faults_as_problems() -> Iterator[None]:
    """Say what is wrong with an upload as a problem."""
    try:
        yield
    except uploads.NoUpload:
        raise Problem("not_found") from None
    except uploads.OutOfOrder as error:
        raise Problem("out_of_order", received=error.received) from None
    except (uploads.WrongPiece, uploads.WrongContent):
        raise Problem("damaged") from None
    except uploads.TooManyUploads:
        raise Problem("file_refused", gettext("You have already added 10 files. Remove one to add another.")) from None


def _spend(request: HttpRequest, *, files: int, kilobytes: int) -> None:
    try:
        spend(uploader_key(signed_in_user(request)), files=files, kilobytes=kilobytes, at=timezone.now())
    except ValidationError as error:
        raise Problem("too_many", error.messages[0]) from None


@router.post("/drafts/{uuid:draft}/uploads", response={201: UploadState}, openapi_extra=TAKES_KEY)
@once
def begin_upload(request: HttpRequest, draft: uuid.UUID, body: NewUpload) -> Status[UploadState]:
    """Begin a file, or find where it stopped: the same file goes on behind ``received``."""
    at = timezone.now()
    own = own_draft(request, draft, at=at)
    try:
        uploads.require_possible(size=body.size, sha256=body.sha256)
    except FileRefused as error:
        raise Problem("file_refused", refusal_text(error.reason, uploads.tidy_name(body.name))) from None
    with _faults_as_problems():
        upload = uploads.find_upload(own, size=body.size, sha256=body.sha256)
        if upload is None:
            # The file itself is counted as often as it is opened: when it is complete.
            _spend(request, files=0, kilobytes=-(-body.size // KILOBYTE))
            room = uploads.MOST_FILES - own.attachments.count()
            upload = uploads.begin(own, name=body.name, size=body.size, sha256=body.sha256, room=room, at=at)
    return Status(201, UploadState(upload=upload.pk, received=upload.received))


@router.get("/drafts/{uuid:draft}/uploads/{uuid:upload}", response=UploadState)
def get_upload(request: HttpRequest, draft: uuid.UUID, upload: uuid.UUID) -> UploadState:
    """Say how much of a file is there."""
    own = own_draft(request, draft, at=timezone.now())
    with _faults_as_problems():
        return UploadState(upload=upload, received=uploads.received(own, upload))


@router.put(
    "/drafts/{uuid:draft}/uploads/{uuid:upload}",
    response=UploadState,
    openapi_extra={
        "x-problems": [409, 413, 422],
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        },
    },
)
def send_piece(
    request: HttpRequest, draft: uuid.UUID, upload: uuid.UUID, start: Annotated[int, Query(ge=0, le=10**9)]
) -> UploadState:
    """Send the piece that begins at the byte ``start``; one that is not the next is answered where the next begins."""
    at = timezone.now()
    own = own_draft(request, draft, at=at)
    with _faults_as_problems():
        state = uploads.take_piece(own, upload, start=start, content=request.body, at=at)
    return UploadState(upload=state.pk, received=state.received)


@router.post(
    "/drafts/{uuid:draft}/uploads/{uuid:upload}/finish", response=StoredFile, openapi_extra={"x-problems": [409, 422]}
)
def finish_upload(request: HttpRequest, draft: uuid.UUID, upload: uuid.UUID) -> StoredFile:
    """Check the complete file and keep it; one that is refused is thrown away."""
    at = timezone.now()
    own = own_draft(request, draft, at=at)
    _spend(request, files=1, kilobytes=0)
    try:
        with _faults_as_problems(), uploads.assembled(own, upload) as file:
            taken, refused = accept([file], at=at)
            uploads.keep(taken, draft=own)
    except (OSError, uploads.NotStored) as error:
        if isinstance(error, OSError) and not has_no_room(error):
            raise
        raise Problem("unavailable", NOT_STORED) from None
    uploads.drop(own, upload)
    if refused:
        raise Problem("file_refused", refused[0])
    return _kept(own, taken[0].sha256)


def _kept(draft: Draft, sha256: str) -> StoredFile:
    """Return the file of this content: kept now, or before."""
    kept = files(draft.attachments.filter(sha256=sha256)[:1])
    if not kept:
        raise Problem("not_found")
    return kept[0]


@router.delete("/drafts/{uuid:draft}/uploads/{uuid:upload}", response={204: None})
def cancel_upload(request: HttpRequest, draft: uuid.UUID, upload: uuid.UUID) -> Status[None]:
    """Throw an unfinished file away."""
    uploads.drop(own_draft(request, draft, at=timezone.now()), upload)
    return Status(204, None)


@router.delete("/drafts/{uuid:draft}/files/{uuid:file}", response={204: None})
def remove_file(request: HttpRequest, draft: uuid.UUID, file: uuid.UUID) -> Status[None]:
    """Remove a file of a draft."""
    for attachment in own_draft(request, draft, at=timezone.now()).attachments.filter(pk=file):
        uploads.remove(attachment)
    return Status(204, None)
