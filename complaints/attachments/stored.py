"""Reading a stored file, which must be what was uploaded."""

from __future__ import annotations

import hashlib
import hmac
import logging
from typing import Any

from django.core.files.base import File

from complaints.models import Attachment
from kit.storage_errors import StorageUnavailable

logger = logging.getLogger(__name__)


def open_stored(attachment: Attachment) -> File[Any]:
    """Return the file of ``attachment``, open at its beginning, after comparing all its bytes with its SHA-256.

    Raises FileNotFoundError, and ``StorageUnavailable`` if it cannot be read now or is not what was uploaded.
    """
    stored: File[Any] = attachment.file.storage.open(str(attachment.file.name), "rb")
    digest = hashlib.sha256()
    for chunk in stored.chunks():
        digest.update(chunk)
    if not hmac.compare_digest(digest.hexdigest(), attachment.sha256):
        stored.close()
        logger.critical("A stored file is not what was uploaded.", extra={"attachment": str(attachment.pk)})
        msg = f"The file of attachment {attachment.pk} is not what was uploaded."
        raise StorageUnavailable(msg)
    stored.seek(0)
    return stored
