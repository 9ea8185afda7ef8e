"""The header Idempotency-Key: a create that is sent again gets its first answer, and does nothing (IETF draft 07)."""

import hashlib
import json
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Final, cast

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja.responses import NinjaJSONEncoder, Status
from psycopg.types.numeric import Int8
from pydantic import BaseModel

from accounts.models import StoredAnswer, User
from kit.crypto import lookup, seal
from kit.prepared import preparing_cursor
from kit.problems import Problem

HEADER: Final = "Idempotency-Key"
LONGEST_KEY: Final = 100
#: For the description of an operation: that it takes the header.
TAKES_KEY: Final = {"x-takes-key": True}
#: By hand, because every request that creates something executes both.
_CLAIM: Final = """
INSERT INTO accounts_storedanswer (id, user_id, key_hash, request_hash, status, body, created_at)
VALUES (%s, %s, %s, %s, 0, '', %s) ON CONFLICT DO NOTHING
"""
_KEEP: Final = "UPDATE accounts_storedanswer SET status = %s, body = %s WHERE id = %s"

type View = Callable[..., Any]


def once[V: View](view: V) -> V:
    """Let a view that creates something do so once for each key of the header; without a key it always does.

    Answer and key are written in the transaction of the view, so that both are there or neither: an error stores
    nothing and may be sent again. Of two requests with one key the second waits for the first.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        key = request.headers.get(HEADER, "")
        if not key:
            return view(request, *args, **kwargs)
        if len(key) > LONGEST_KEY:
            raise Problem("key_used")
        with transaction.atomic():
            stored = _claim(request, key)
            if isinstance(stored, StoredAnswer):
                return HttpResponse(stored.body, status=stored.status, content_type="application/json; charset=utf-8")
            answer = view(request, *args, **kwargs)
            _keep(stored, *_written(answer))
        return answer

    return cast("V", wrapper)


def _claim(request: HttpRequest, key: str) -> uuid.UUID | StoredAnswer:
    """Return the key of a new row, or what was answered; raise ``Problem`` if the key belongs to another request."""
    user, mark = cast("User", request.user), _mark(request)
    key_hash, row = lookup(key, purpose="idempotency"), uuid.uuid4()
    # Waits for whoever is writing the same key.
    with preparing_cursor(connection) as cursor:
        cursor.execute(_CLAIM, [row, user.pk, key_hash, mark, timezone.now()])
        if cursor.rowcount:
            return row
    stored = StoredAnswer.objects.get(user=user, key_hash=key_hash)
    if stored.request_hash != mark:
        raise Problem("key_used")
    return stored


def _keep(row: uuid.UUID, status: int, body: str) -> None:
    sealed = bytes(seal(body, bound_to=f"accounts_storedanswer.body:{row}"))
    with preparing_cursor(connection) as cursor:
        cursor.execute(_KEEP, [Int8(status), sealed, row])


def _mark(request: HttpRequest) -> str:
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\0".encode())
    if request.content_type == "multipart/form-data":
        for name, values in sorted(request.POST.lists()):
            digest.update(repr((name, values)).encode())
        for name, files in sorted(request.FILES.lists()):
            for file in files:
                digest.update(f"{name}\0{file.name}\0".encode())
                for chunk in file.chunks():
                    digest.update(chunk)
                file.seek(0)
    else:
        digest.update(request.body)
    return lookup(digest.hexdigest(), purpose="idempotency")


def _written(answer: object) -> tuple[int, str]:
    status, value = (answer.status_code, answer.value) if isinstance(answer, Status) else (200, answer)
    if value is None:
        return status, ""
    # As the interface writes it the first time, to the letter.
    return status, json.dumps(cast("BaseModel", value).model_dump(), cls=NinjaJSONEncoder)
