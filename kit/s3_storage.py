"""Files in a bucket of an S3-compatible store: whole and unchanged, or an error within seconds."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from tempfile import SpooledTemporaryFile
from typing import Any, Final

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from django.core.files.storage import Storage

from kit.storage_errors import StorageUnavailable

#: How long a connection may take, and a whole file, in seconds; how long the bucket may be silent is a setting.
CONNECT_SECONDS: Final = 3
FILE_SECONDS: Final = 45
#: One more attempt: a store that is busy says so, and expects another.
ATTEMPTS: Final = 2
CHUNK: Final = 64 * 1024
#: A file is held in memory up to this size, and on the disk beyond.
IN_MEMORY: Final = 1024 * 1024
NOT_FOUND: Final = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Storage(Storage):
    """Attachments in one bucket. It gives out no addresses: files are served by the site, which checks permissions.

    Writes are verified by SHA-256, by the bucket and by its answer. Raises ``StorageUnavailable``, and
    FileNotFoundError where a file is not there.
    """

    def __init__(
        self, *, bucket: str, endpoint: str, region: str, access_key: str, secret_key: str, timeout: int
    ) -> None:
        self._bucket = bucket
        self._options = {
            "endpoint_url": endpoint or None,
            "region_name": region,
            "aws_access_key_id": access_key,
            "aws_secret_access_key": secret_key,
            "config": Config(
                connect_timeout=min(CONNECT_SECONDS, timeout),
                read_timeout=timeout,
                retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
                s3={"addressing_style": "path" if endpoint else "auto"},
            ),
        }

    @cached_property
    def _client(self) -> Any:
        """The client, made at the first use: loading what it knows of S3 takes half a second."""
        return botocore.session.get_session().create_client("s3", **self._options)

    def _save(self, name: str, content: File[Any]) -> str:
        digest = _digest(content)
        content.seek(0)
        body: Any = _TimedFile(content)
        with _failures(name):
            answer = self._client.put_object(Bucket=self._bucket, Key=name, Body=body, ChecksumSHA256=digest)
        if answer.get("ChecksumSHA256") != digest:
            with suppress(OSError):
                self.delete(name)
            msg = f"The bucket did not confirm the checksum of {name}."
            raise StorageUnavailable(msg)
        return name

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        if mode != "rb":
            msg = "A stored file is only read."
            raise ValueError(msg)
        copy, deadline = SpooledTemporaryFile(max_size=IN_MEMORY), time.monotonic() + FILE_SECONDS  # noqa: SIM115
        try:
            with _failures(name):
                body = self._client.get_object(Bucket=self._bucket, Key=name, ChecksumMode="ENABLED")["Body"]
                for chunk in body.iter_chunks(CHUNK):
                    _check(deadline)
                    copy.write(chunk)
        except OSError:
            copy.close()
            raise
        copy.seek(0)
        return File(copy, name)

    def delete(self, name: str) -> None:
        """Delete a file; harmless where there is none."""
        with _failures(name):
            self._client.delete_object(Bucket=self._bucket, Key=name)

    def exists(self, name: str) -> bool:
        """Tell whether there is a file."""
        try:
            self._head(name)
        except FileNotFoundError:
            return False
        return True

    def size(self, name: str) -> int:
        """Return the size in bytes."""
        return int(self._head(name)["ContentLength"])

    def get_modified_time(self, name: str) -> datetime:
        """Return when the file was stored."""
        modified: datetime = self._head(name)["LastModified"]
        return modified

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return the names of the folders and of the files in a folder; both empty where there is none."""
        folder = f"{path.strip('/')}/" if path.strip("/") else ""
        folders: list[str] = []
        files: list[str] = []
        with _failures(path):
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=folder, Delimiter="/"):
                folders += [found["Prefix"][len(folder) : -1] for found in page.get("CommonPrefixes", [])]
                files += [found["Key"][len(folder) :] for found in page.get("Contents", [])]
        return folders, [name for name in files if name]

    def _head(self, name: str) -> dict[str, Any]:
        with _failures(name):
            found: dict[str, Any] = self._client.head_object(Bucket=self._bucket, Key=name)
        return found


class _TimedFile:
    """A file that is being sent, and fails when that takes too long: a bucket may also take one byte a second."""

    def __init__(self, content: File[Any]) -> None:
        self._content, self._deadline = content, time.monotonic() + FILE_SECONDS

    def read(self, size: int = -1) -> bytes:
        _check(self._deadline)
        return bytes(self._content.read(size if size >= 0 else None))

    def seek(self, *where: int) -> int:
        return int(self._content.seek(*where))

    def tell(self) -> int:
        return int(self._content.tell())


def _check(deadline: float) -> None:
    if time.monotonic() > deadline:
        msg = "The bucket is too slow."
        raise StorageUnavailable(msg)


@contextmanager
def _failures(name: str) -> Iterator[None]:
    """Turn what the client raises into an OSError; its own texts name addresses and keys, and stay out of logs."""
    try:
        yield
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") in NOT_FOUND:
            raise FileNotFoundError(name) from None
        msg = f"The bucket refused {name}."
        raise StorageUnavailable(msg) from None
    except BotoCoreError as error:
        msg = f"The bucket failed on {name}: {type(error).__name__}."
        raise StorageUnavailable(msg) from None


def _digest(content: File[Any]) -> str:
    digest = hashlib.sha256()
    for chunk in content.chunks():
        digest.update(chunk)
    return base64.b64encode(digest.digest()).decode()
