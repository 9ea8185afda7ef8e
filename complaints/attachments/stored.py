"""Reading a stored file, which must be what was uploaded."""

from __future__ import annotations

import hashlib
import hmac
import logging
from typing import Any

from django.core.files.base import File

from complaints.models import Attachment
from kit.storage_errors import StorageUnavailable, reason

logger = logging.getLogger(__name__)


def open_stored(attachment: Attachment) -> File[Any]:
    """Return the file of ``attachment``, open at its beginning, after comparing all its bytes with its SHA-256.

    Raises FileNotFoundError, and ``StorageUnavailable`` if it cannot be read now or is not what was uploaded.
    """
    try:
        stored: File[Any] = attachment.file.storage.open(str(attachment.file.name), "rb")
        is_whole = hmac.compare_digest(_digest(stored), attachment.sha256)
    except (FileNotFoundError, StorageUnavailable):
        raise
    except OSError as error:
        logger.critical("A stored file cannot be read.", extra={"attachment": str(attachment.pk)})
        msg = f"The file of attachment {attachment.pk} cannot be read: {reason(error)}."
        raise StorageUnavailable(msg) from None
    if not is_whole:
        stored.close()
        logger.critical("A stored file is not what was uploaded.", extra={"attachment": str(attachment.pk)})
        msg = f"The file of attachment {attachment.pk} is not what was uploaded."
        raise StorageUnavailable(msg)
    stored.seek(0)
    return stored


def _digest(stored: File[Any]) -> str:
    digest = hashlib.sha256()
    for chunk in stored.chunks():
        digest.update(chunk)
    return digest.hexdigest()
