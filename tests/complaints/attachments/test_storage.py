"""A full disk: files are stored whole or not at all, and a page says so without losing what was typed."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files import uploadhandler
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.test import Client
from django.urls import reverse

from complaints.models import Attachment, Draft
from kit import file_storage
from kit.file_storage import WholeFileStorage
from kit.storage_errors import StorageUnavailable
from tests.complaints.portal.filing.steps import WHAT, errors, shown
from tests.complaints.sample_files import PDF, picture, upload

pytestmark = pytest.mark.usefixtures("media")

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
WORDS = {"subject": "موضوع", "details": "تفاصيل كتبتها الآن"}
NO_ROOM, NOT_STORED = "لا يوجد متسع", "تخزينها غير ممكن الآن"


class HalfAFile(ContentFile[bytes]):
    """A file whose disk is full after the first piece."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        yield b"half"
        raise FULL


def stored_files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(("storage", "left"), [(WholeFileStorage, []), (FileSystemStorage, ["a.jpg"])])
def test_half_a_file_is_removed_which_djangos_own_storage_leaves(
    tmp_path: Path, storage: type[FileSystemStorage], left: list[str]
) -> None:
    with pytest.raises(OSError, match="No space left"):
        storage(location=tmp_path).save("a.jpg", HalfAFile(b""))
    assert stored_files(tmp_path) == left


def test_a_whole_file_has_its_name_and_content(tmp_path: Path) -> None:
    name = WholeFileStorage(location=tmp_path).save("b/a.jpg", ContentFile(b"whole"))
    assert (name, stored_files(tmp_path), (tmp_path / name).read_bytes()) == ("b/a.jpg", ["a.jpg"], b"whole")


@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_said_beside_the_field_and_nothing_typed_is_lost(
    as_amina: Client, draft: Draft, tmp_path: Path
) -> None:
    files = [upload("a.jpg"), upload("b.jpg", picture(size=(80, 60)))]
    response = shown(as_amina.post(WHAT, WORDS | {"attachments": files}))
    assert (response.status_code, list(errors(response))) == (200, ["attachments"])
    page = response.content.decode()
    assert NOT_STORED in page
    assert WORDS["details"] in page
    draft.refresh_from_db()
    assert (draft.details, Attachment.objects.count()) == (WORDS["details"], 0)
    assert stored_files(tmp_path) == []


def test_a_disk_that_is_broken_or_away_is_said_beside_the_field_and_its_files_are_put_off(
    as_amina: Client, draft: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_amina.raise_request_exception = False
    as_amina.post(WHAT, WORDS | {"attachments": [upload("a.jpg")]})
    kept, wrong = Attachment.objects.get(), []
    for code in (errno.EIO, errno.EACCES, errno.ESTALE, errno.ENOTCONN):

        def fail(*_: object, code: int = code) -> Any:
            raise OSError(code, os.strerror(code))

        with monkeypatch.context() as patch:
            patch.setattr(file_storage, "_sync", fail)
            page = shown(as_amina.post(WHAT, WORDS | {"attachments": [upload("b.jpg", picture(size=(80, 60)))]}))
        is_said = page.status_code == 200 and NOT_STORED in page.text and WORDS["details"] in page.text
        with monkeypatch.context() as patch:
            patch.setattr(WholeFileStorage, "_open", fail)
            read = as_amina.get(reverse("new-file", args=["complaint", kept.pk]))
        if (is_said, read.status_code) != (True, 503):
            wrong.append((errno.errorcode[code], page.status_code, is_said, read.status_code))
    assert (wrong, len(stored_files(tmp_path))) == ([], 1)


def test_a_bucket_that_refuses_is_said_beside_the_field_and_nothing_typed_is_lost(
    as_amina: Client, draft: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> str:
        raise StorageUnavailable

    monkeypatch.setattr(WholeFileStorage, "_save", refuse)
    response = shown(as_amina.post(WHAT, WORDS | {"attachments": [upload("a.jpg")]}))
    assert (response.status_code, list(errors(response))) == (200, ["attachments"])
    assert NOT_STORED in response.content.decode()
    draft.refresh_from_db()
    assert (draft.details, Attachment.objects.count()) == (WORDS["details"], 0)


def test_where_one_of_two_files_cannot_be_stored_neither_is(
    as_amina: Client, draft: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([None, None])
    real = file_storage._sync

    def full_after_the_first(path: Path) -> None:
        if next(answers, FULL) is FULL:
            raise FULL
        real(path)

    monkeypatch.setattr(file_storage, "_sync", full_after_the_first)
    files = [upload("a.jpg"), upload("b.jpg", picture(size=(80, 60)))]
    assert list(errors(as_amina.post(WHAT, WORDS | {"attachments": files}))) == ["attachments"]
    assert (draft.attachments.count(), stored_files(tmp_path)) == (0, [])


@pytest.mark.parametrize("piece", ["TemporaryUploadedFile", "receive_data_chunk", "file_complete"])
def test_no_room_for_temporary_files_loses_neither_the_words_nor_the_other_files(
    as_amina: Client, draft: Draft, settings, monkeypatch: pytest.MonkeyPatch, piece: str
) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    place = uploadhandler if piece == "TemporaryUploadedFile" else uploadhandler.TemporaryFileUploadHandler
    real = getattr(place, piece)

    def full_for_one(first: Any, *args: Any, **kwargs: Any) -> Any:
        if "large" in (first if isinstance(first, str) else first.file_name):
            raise FULL
        return real(first, *args, **kwargs)

    monkeypatch.setattr(place, piece, full_for_one)
    files = [upload("a.jpg"), upload("large.pdf", PDF), upload("c.jpg", picture(size=(80, 60)))]
    response = shown(as_amina.post(WHAT, WORDS | {"attachments": files}))
    (sentence,) = errors(response)["attachments"]
    assert "large.pdf" in sentence
    assert NO_ROOM in sentence
    assert WORDS["details"] in response.content.decode()
    assert [file.name for file in draft.attachments.all()] == ["a.jpg", "c.jpg"]
