"""Attachments in a bucket: a real store, and one that refuses, is slow, or lies about a checksum."""

import base64
import hashlib
import runpy
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.storage.handler import StorageHandler
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Citizen, User
from agencies.models import Agency, Topic
from complaints.actions import add, file
from complaints.actions.filing import Filing
from complaints.attachments import uploads
from complaints.models import Attachment, Case, DoomedFile
from complaints.retention import erasing
from config.devstack.state import ROOT
from kit.s3_storage import S3Storage
from kit.storage_errors import StorageUnavailable
from tests.cast import sign_in
from tests.complaints.sample_files import picture, upload
from tests.scaling.bucket import ACCESS, BadStore, bad_store, make_bucket, seaweed

pytestmark = pytest.mark.xdist_group("bucket")

NAME = "attachments/ab/abcd"
CONTENT = b"photograph" * 20_000

type Keep = Callable[[S3Storage], None]


@pytest.fixture(scope="module")
def bucket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Storage]:
    with seaweed(tmp_path_factory.mktemp("seaweed")) as endpoint:
        storage = S3Storage(endpoint=endpoint, timeout=10, **ACCESS)
        make_bucket(storage._client)
        yield storage


@pytest.fixture(scope="module")
def bad_storage() -> Iterator[tuple[BadStore, S3Storage]]:
    with bad_store() as server:
        yield server, S3Storage(endpoint=server.url, timeout=1, **ACCESS)


@pytest.fixture
def bad(bad_storage: tuple[BadStore, S3Storage]) -> BadStore:
    bad_storage[0].behave()
    return bad_storage[0]


@pytest.fixture
def storage(bad_storage: tuple[BadStore, S3Storage]) -> S3Storage:
    """Return the storage in the bad store."""
    return bad_storage[1]


def test_a_file_is_kept_found_listed_and_deleted(bucket: S3Storage) -> None:
    assert bucket.save(NAME, ContentFile(CONTENT)) == NAME
    with bucket.open(NAME) as stored:
        assert stored.read() == CONTENT
    assert (bucket.exists(NAME), bucket.size(NAME)) == (True, len(CONTENT))
    assert abs(bucket.get_modified_time(NAME) - timezone.now()) < timedelta(minutes=5)
    folders, files = bucket.listdir("attachments")
    assert ("ab" in folders, files) == (True, [])
    assert bucket.listdir("attachments/ab") == ([], ["abcd"])
    for _ in range(2):
        bucket.delete(NAME)
    assert (bucket.exists(NAME), bucket.listdir("attachments/ab")) == (False, ([], []))
    with pytest.raises(FileNotFoundError):
        bucket.open(NAME)


def test_files_have_no_address_of_their_own(bucket: S3Storage) -> None:
    with pytest.raises(NotImplementedError):
        bucket.url(NAME)


def test_the_store_refuses_bytes_that_changed_on_the_way(bucket: S3Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    other = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    monkeypatch.setattr("kit.s3_storage._digest", lambda _content: other)
    with pytest.raises(StorageUnavailable):
        bucket.save("attachments/ab/changed", ContentFile(CONTENT))
    assert not bucket.exists("attachments/ab/changed")


@pytest.mark.parametrize("status", [403, 503])
def test_a_bucket_that_refuses(bad: BadStore, storage: S3Storage, status: int) -> None:
    bad.status = status
    with pytest.raises(StorageUnavailable) as refused:
        storage.save(NAME, ContentFile(CONTENT))
    assert ACCESS["secret_key"] not in str(refused.value)
    assert refused.value.__cause__ is None
    with pytest.raises(StorageUnavailable):
        storage.open(NAME)


def test_a_bucket_that_is_not_there() -> None:
    with pytest.raises(StorageUnavailable):
        S3Storage(endpoint="http://127.0.0.1:1", timeout=1, **ACCESS).open(NAME)


def test_a_silent_bucket_is_waited_for_twice_at_most(bad: BadStore, storage: S3Storage) -> None:
    bad.silence = 2.5
    with pytest.raises(StorageUnavailable):
        storage.open(NAME)
    assert bad.asked == ["GET"] * 2


def test_a_bucket_that_gives_one_byte_after_the_other(
    bad: BadStore, storage: S3Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad.body = CONTENT
    monkeypatch.setattr("kit.s3_storage.FILE_SECONDS", -1)
    for act in (lambda: storage.open(NAME), lambda: storage.save(NAME, ContentFile(CONTENT))):
        with pytest.raises(StorageUnavailable):
            act()


@pytest.mark.parametrize("said", ["", base64.b64encode(hashlib.sha256(b"other").digest()).decode()])
def test_a_bucket_that_lies_about_what_it_took(bad: BadStore, storage: S3Storage, said: str) -> None:
    bad.headers = {"x-amz-checksum-sha256": said} if said else {}
    with pytest.raises(StorageUnavailable):
        storage.save(NAME, ContentFile(CONTENT))
    assert bad.asked[-1] == "DELETE"


def test_a_bucket_that_confirms_what_it_took_is_believed(bad: BadStore, storage: S3Storage) -> None:
    """The control: without the lie the same store is no failure."""
    bad.headers = {"x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()}
    assert storage.save(NAME, ContentFile(CONTENT)) == NAME
    assert "DELETE" not in bad.asked


def test_a_bucket_that_gives_other_bytes_than_their_checksum(bad: BadStore, storage: S3Storage) -> None:
    bad.body = CONTENT
    bad.headers = {"x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(b"other").digest()).decode()}
    with pytest.raises(StorageUnavailable):
        storage.open(NAME)


def test_a_bucket_that_gives_less_than_it_says(bad: BadStore, storage: S3Storage) -> None:
    bad.body = CONTENT[:100]
    bad.headers = {"Content-Length": "1000", "Connection": "close"}
    with pytest.raises(StorageUnavailable):
        storage.open(NAME)


# ---- the attachments of cases ----


@pytest.fixture
def case(amina: Citizen, water: Agency, leak: Topic, omar: User) -> Case:
    said = {"kind": "complaint", "agency": water, "topic": leak, "subject": "تسرب", "details": "تسرب أمام المدرسة"}
    return file(Filing(citizen=amina, **said), by=amina.user, at=timezone.now())


@pytest.fixture
def photo(bucket: S3Storage, case: Case, keep_in: Keep) -> Attachment:
    """A photo of the case, in the real bucket."""
    keep_in(bucket)
    attachment = uploads.receive(upload("a.jpg", picture()), at=timezone.now())
    add(case, by=case.citizen.user, at=timezone.now(), text="صورة", attachments=[attachment])
    return attachment


@pytest.fixture
def keep_in(monkeypatch: pytest.MonkeyPatch) -> Keep:
    """Return what lets attachments be kept in a storage."""
    return lambda storage: monkeypatch.setattr(default_storage, "_wrapped", storage)


def test_the_settings_name_the_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"NAME": "files", "ENDPOINT": "https://store.example", "TIMEOUT": "5"}.items():
        monkeypatch.setenv(f"BUCKET_{name}", value)
    found = StorageHandler(runpy.run_path(str(ROOT / "config" / "settings.py"))["STORAGES"])["default"]
    assert isinstance(found, S3Storage)
    assert (found._bucket, found._options["endpoint_url"]) == ("files", "https://store.example")


def download(client: Client, person: User, photo: Attachment) -> Any:
    client.raise_request_exception = False
    assert photo.case
    return sign_in(client, person).get(reverse("desk-file", args=[photo.case.reference, photo.pk]))


@pytest.mark.django_db
def test_a_photo_in_the_bucket_goes_to_who_may_see_its_case_and_nobody_else(
    client: Client, bucket: S3Storage, photo: Attachment, omar: User, yusuf: User
) -> None:
    assert bucket.size(photo.file.name) == photo.size
    given = download(client, omar, photo)
    assert hashlib.sha256(given.getvalue()).hexdigest() == photo.sha256
    assert download(client, yusuf, photo).status_code == 404


@pytest.mark.django_db
def test_a_stranger_does_not_even_cause_a_question_to_the_bucket(
    client: Client, bad: BadStore, storage: S3Storage, photo: Attachment, yusuf: User, keep_in: Keep
) -> None:
    keep_in(storage)
    assert (download(client, yusuf, photo).status_code, bad.asked) == (404, [])


@pytest.mark.django_db
@pytest.mark.parametrize("lie", [b"another picture", b""])
def test_other_bytes_than_were_uploaded_are_not_given_out(
    client: Client, bad: BadStore, storage: S3Storage, photo: Attachment, omar: User, keep_in: Keep, lie: bytes
) -> None:
    keep_in(storage)
    bad.body = lie
    # The bucket confirms its own bytes: only the row knows what was uploaded.
    bad.headers = {"x-amz-checksum-sha256": base64.b64encode(hashlib.sha256(lie).digest()).decode()}
    answer = download(client, omar, photo)
    assert (answer.status_code, bad.asked) == (503, ["GET"])
    assert "Retry-After" in answer.headers


@pytest.mark.django_db
def test_a_file_that_the_bucket_refuses_is_a_page_that_says_so(
    client: Client, bad: BadStore, storage: S3Storage, photo: Attachment, omar: User, keep_in: Keep
) -> None:
    keep_in(storage)
    bad.status = 403
    answer = download(client, omar, photo)
    assert (answer.status_code, "الخدمة" in answer.content.decode()) == (503, True)


@pytest.mark.django_db
def test_nothing_is_written_when_the_bucket_refuses(
    bad: BadStore, storage: S3Storage, case: Case, keep_in: Keep
) -> None:
    keep_in(storage)
    bad.status = 403
    attachment, before = uploads.receive(upload("a.jpg", picture()), at=timezone.now()), case.events.count()
    with pytest.raises(uploads.NotStored):
        add(case, by=case.citizen.user, at=timezone.now(), text="صورة", attachments=[attachment])
    assert (Attachment.objects.count(), case.events.count()) == (0, before)


@pytest.mark.django_db
def test_an_erased_file_leaves_the_bucket_and_waits_while_it_is_away(
    bucket: S3Storage, bad: BadStore, storage: S3Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.save(NAME, ContentFile(CONTENT))
    DoomedFile.objects.create(name=NAME, added_at=timezone.now())
    bad.status = 503
    monkeypatch.setattr(erasing, "default_storage", storage)
    assert (erasing.delete_files(), DoomedFile.objects.count()) == (0, 1)
    monkeypatch.setattr(erasing, "default_storage", bucket)
    assert (erasing.delete_files(), DoomedFile.objects.count(), bucket.exists(NAME)) == (1, 0, False)
