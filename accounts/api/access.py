"""Finds the person behind a request of an app by the key in its header Authorization; no cookie is read."""

import hashlib
import json
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Final, cast

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja.responses import NinjaJSONEncoder, Status
from ninja.security import HttpBearer
from psycopg.types.numeric import Int8
from pydantic import BaseModel, ConfigDict, Field

from accounts.models import AppSession, StoredAnswer, User
from accounts.sign_in.app_sessions import find_session
from kit.crypto import lookup, seal
from kit.prepared import preparing_cursor
from kit.problems import Problem


class Bearer(HttpBearer):
    """The access key of a session of a citizen's app."""

    def __init__(self, *, before_policy: bool = False) -> None:
        super().__init__()
        self.before_policy = before_policy

    def authenticate(self, request: HttpRequest, token: str) -> AppSession:
        """Return the session, and set the user of the request; raise ``Problem``."""
        session = find_session(token, at=timezone.now())
        if session is None:
            raise Problem("sign_in_required")
        if session.policy_due and not self.before_policy:
            raise Problem("policy_due")
        request.user = session.user
        return session


signed_in = Bearer()
#: For what is also there for somebody who has still to accept the policy.
before_policy = Bearer(before_policy=True)


def session_in(request: HttpRequest) -> AppSession:
    """Return the session that a request with a key belongs to."""
    return cast("AppSession", request.auth)  # type: ignore[attr-defined] # set by ninja


# ---- What the bodies of the interface share: unknown fields and wrong types are refused by name; forms judge
# the rest.


#: The longest text of any field: more than any form takes.
LONGEST = 30_000

Line = Annotated[str, Field(max_length=400)]
Text = Annotated[str, Field(max_length=LONGEST)]
Code = Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9_-]*$")]
Day = Annotated[str, Field(max_length=10, description="A day as 2026-01-31, or empty")]


class Body(BaseModel):
    """A body of JSON with these fields and no others."""

    model_config = ConfigDict(extra="forbid", strict=True)


class FieldError(BaseModel):
    """What is wrong with one field."""

    name: str
    code: str
    message: str


class ProblemBody(BaseModel):
    """An error (RFC 9457): ``code`` is stable, ``detail`` is a sentence in the language of the request."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fields: list[FieldError]
    received: Annotated[int | None, Field(description="Where the next piece of a file begins")] = None
    preview: Annotated[list[str] | None, Field(description="The texts as the agency will read them")] = None
    seen: Annotated[str | None, Field(description="What to send along once the preview was shown")] = None
    differing: Annotated[list[str] | None, Field(description="What differs from the civil register")] = None
    reference: Annotated[str | None, Field(description="The number of the case that is open already")] = None
    retry_after: Annotated[int | None, Field(description="Seconds to wait")] = None


def day_parts(name: str, day: str) -> dict[str, str]:
    """Return a day as the three boxes of a form; what is no day is left for the form to refuse."""
    parts = [*day.split("-"), "", ""][:3] if day else ["", "", ""]
    return {f"{name}_{part}": text for part, text in zip(("year", "month", "day"), parts, strict=True)}


def form_data(body: Body, *, days: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the fields of ``body`` as a form reads them: what is missing is empty, ``days`` are three boxes each."""
    values = {name: value for name, value in body.model_dump().items() if value is not None and value is not False}
    for name in days:
        values |= day_parts(name, values.pop(name, ""))
    return values


# ---- The header Idempotency-Key: a create that is sent again gets its first answer, and does nothing (IETF
# draft 07).


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
