"""Errors of the interface for apps: one stable code each, a sentence, and what is wrong with each field (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.forms import Form
from django.http import JsonResponse
from django.utils.translation import get_language, gettext_lazy as _
from django_stubs_ext import StrPromise

MEDIA_TYPE: Final = "application/problem+json"
#: Every code with its status and what it says; a code never changes its meaning.
CODES: Final[Mapping[str, tuple[int, StrPromise]]] = {
    "unreadable": (400, _("This request cannot be read. Send JSON in UTF-8.")),
    "sign_in_required": (401, _("Sign in first, or sign in again: the access has expired.")),
    "session_over": (401, _("This session has ended. Sign in again.")),
    "wrong_sign_in": (401, _("The number or the password is not right")),
    "policy_due": (403, _("The usage policy has changed. Accept it first.")),
    "not_found": (404, _("There is nothing here.")),
    "not_allowed": (405, _("This address does not take this method.")),
    "overtaken": (409, _("This is no longer possible because something has changed. Nothing was done.")),
    "unseen_preview": (409, _("Show the person how the agency will read this. Then send it again.")),
    "out_of_order": (409, _("This piece is not the next one of the file.")),
    "registry_mismatch": (409, _("The details differ from the civil register. Correct them, or insist.")),
    "sent_already": (409, _("The same text was sent already, and that case is still open.")),
    "too_large": (413, _("This is too large.")),
    "wrong_type": (415, _("This address does not take this type of content.")),
    "invalid": (422, _("Some fields are wrong.")),
    "key_used": (422, _("This key was already used for another request.")),
    "damaged": (422, _("The file arrived damaged. Send it again.")),
    "file_refused": (422, _("This file was not accepted.")),
    "too_many": (429, _("This was done too often. Try again later.")),
    "failed": (500, _("Something went wrong here. Nothing was saved.")),
    "unavailable": (503, _("The service cannot do this at the moment. Try again soon.")),
}


@dataclass(frozen=True)
class FieldProblem:
    """What is wrong with one field: its name as it was sent, a stable code, and a sentence."""

    name: str
    code: str
    message: str


class Problem(Exception):
    """A request that is answered with a code of ``CODES``; ``more`` are further members of the answer."""

    def __init__(self, code: str, detail: object = "", *, fields: Sequence[FieldProblem] = (), **more: Any) -> None:
        super().__init__(code)
        self.code, self.fields, self.more = code, fields, more
        self.status, title = CODES[code]
        self.title = str(title)
        self.detail = str(detail) or self.title

    def response(self) -> JsonResponse:
        """Return the answer."""
        body = {
            "type": f"/{get_language() or 'ar'}/developers/#{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
        }
        body |= {"detail": self.detail, "fields": [asdict(one) for one in self.fields], **self.more}
        answer = JsonResponse(body, status=self.status, content_type=MEDIA_TYPE)
        if self.status == CODES["sign_in_required"][0]:
            answer.headers["WWW-Authenticate"] = "Bearer"
        if "retry_after" in self.more:
            answer.headers["Retry-After"] = str(self.more["retry_after"])
        return answer


#: Codes that a form gives to an error of its own, and that say more than that a field is wrong.
_FORM_CODES: Final = {"overtaken": "overtaken", "too_many": "too_many", "not_stored": "unavailable"}


def require_valid(*forms: Form, names: Mapping[str, str] | None = None) -> None:
    """Raise ``Problem`` with the errors of bound ``forms``; ``names`` are those that a field was sent by."""
    errors = [found for form in forms if not form.is_valid() for found in form.errors.as_data().items()]
    if not errors:
        return
    special = (_FORM_CODES.get(one.code or "") for _name, found in errors for one in found)
    code = next(filter(None, special), "invalid")
    fields = [one for name, found in errors for one in _problems((names or {}).get(name, name), found)]
    whole = " ".join(one.message for one in fields if not one.name)
    raise Problem(code, whole, fields=[one for one in fields if one.name])


def _problems(name: str, errors: Iterable[Any]) -> Iterable[FieldProblem]:
    for error in errors:
        for sentence in error.messages:
            yield FieldProblem("" if name == "__all__" else name, error.code or "invalid", str(sentence))
