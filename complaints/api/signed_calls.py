"""Calls of programs outside: signed, taken once under their id, answered in JSON, refused with a code."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any, Final

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kit import webhook_signatures
from kit.forms import Form
from kit.outages import MAY_BE_OUTAGES, database_outage
from notifications.models import Endpoint, ReceivedCall

logger = logging.getLogger(__name__)

LARGEST_BODY: Final = 64 * 1024
RETRY_AFTER_SECONDS: Final = 30
PROBLEM: Final = "application/problem+json"


class CallRefused(Exception):
    """A call that is not taken: the status, a stable code, a sentence, and what is wrong with which field."""

    def __init__(self, status: int, code: str, detail: str, *, fields: Mapping[str, list[str]] | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.detail, self.fields = status, code, detail, fields or {}

    def response(self) -> JsonResponse:
        """Return the answer, in the form of RFC 9457."""
        body = {"type": "about:blank", "title": self.detail, "status": self.status, "code": self.code}
        if self.fields:
            body["fields"] = [
                {"name": name, "message": message} for name, messages in self.fields.items() for message in messages
            ]
        return JsonResponse(body, status=self.status, content_type=PROBLEM)


@dataclass(frozen=True)
class SignedCall:
    """A call whose signature fits: the program, its id, the object in it, and the moment."""

    endpoint: Endpoint
    call_id: str
    data: dict[str, Any]
    fingerprint: str
    at: datetime


type Take = Callable[[SignedCall], dict[str, Any]]


def signed_calls(prefix: str, find: Callable[[str], str | None]) -> Callable[[Take], Callable[..., HttpResponse]]:
    """Make a view of a function that takes a call signed by the program that ``find`` names for a code in the address.

    The function runs in a transaction, in which the call is noted under its id: a repetition is answered as the first
    one was, and changes nothing. ``prefix`` is that of the names of the programs.
    """

    def decorate(take: Take) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @login_not_required
        @require_POST
        @wraps(take)
        def view(request: HttpRequest, code: str) -> HttpResponse:
            with translation.override(translation.get_language_from_request(request)):
                try:
                    call = _verified(request, prefix, find(code))
                    return JsonResponse(take_once(call, take), json_dumps_params={"sort_keys": True})
                except CallRefused as refused:
                    return refused.response()
                except MAY_BE_OUTAGES as error:
                    if not database_outage(error):
                        raise
                    logger.warning("A call of a program outside is put off: the database is away or busy.")
                    return _put_off()

        return view

    return decorate


def _put_off() -> JsonResponse:
    """Return the answer to a call of which nothing was written, and which may come again."""
    text = gettext("The service cannot do this at the moment. Try again soon.")
    answer = CallRefused(503, "unavailable", text).response()
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def _verified(request: HttpRequest, prefix: str, name: str | None) -> SignedCall:
    """Return the call; raise CallRefused unless a program of this name signed it lately and it holds JSON."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if not declared.isdecimal() or int(declared) > LARGEST_BODY:
        raise CallRefused(413, "too_large", gettext("This call is too large."))
    body, at = request.body, timezone.now()
    found = Endpoint.objects.filter(name=name, is_active=True).first() if name and name.startswith(prefix) else None
    given = {header.lower(): value for header, value in request.headers.items()}
    call_id = webhook_signatures.signed_id(given, body, keys=found.keys(at), at=at) if found else ""
    if found is None or not call_id:
        logger.warning("A call was refused: no program that we know signed it.")
        raise CallRefused(401, "wrong_signature", gettext("The signature does not fit, or the call is too old."))
    return SignedCall(found, call_id, parsed(body), hashlib.sha256(body).hexdigest(), at)


def parsed(body: bytes) -> dict[str, Any]:
    """Return the JSON object in ``body``; raise CallRefused where there is none."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise CallRefused(400, "not_json", gettext("The body is not a JSON object."))
    return data


def take_once(call: SignedCall, take: Take) -> dict[str, Any]:
    """Take a call once under its id, in one transaction; return what the first one was answered.

    Raises CallRefused, after which nothing is written, and for an id that was used for another body.
    """
    with transaction.atomic():
        noted, is_new = ReceivedCall.objects.get_or_create(
            endpoint=call.endpoint,
            call_id=call.call_id,
            defaults={"fingerprint": call.fingerprint, "answer": {}, "received_at": call.at},
        )
        if is_new:
            noted.answer = take(call)
            noted.save(update_fields=["answer"])
        elif noted.fingerprint != call.fingerprint:
            raise CallRefused(409, "id_used", gettext("This id was used for another call."))
        answer: dict[str, Any] = noted.answer
        return answer


def require_valid(form: Form, data: Mapping[str, Any]) -> None:
    """Raise CallRefused with what is wrong with each field of a bound form, unknown fields included."""
    unknown = {name: [gettext("This field does not exist.")] for name in data if name not in form.fields}
    errors = {name: [str(text) for text in found] for name, found in form.errors.items()}
    if unknown or errors:
        raise CallRefused(422, "invalid", gettext("Some fields are wrong."), fields={**errors, **unknown})


def as_typed(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the values as a form gets them; raise CallRefused for lists, objects and null."""
    wrong = {
        name: [gettext("This must be a text or a number.")] for name, value in data.items() if not _is_plain(value)
    }
    if wrong:
        raise CallRefused(422, "invalid", gettext("Some fields are wrong."), fields=wrong)
    return {name: _typed(value) for name, value in data.items() if value is not False}


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int)


def _typed(value: object) -> str:
    return "on" if value is True else str(value)
