"""A citizen's own cases: the list in pages, one case with all that happened, and its files."""

import uuid
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router

from accounts.api.access import signed_in
from accounts.decorators import signed_in_citizen, signed_in_user
from complaints import own_cases
from complaints.api.v1.case_schemas import CaseRow, OwnCases, Thread, row_fields, thread
from complaints.attachments.responses import shown_response
from complaints.attachments.uploads import citizen_files
from complaints.case_text import citizen_case
from complaints.models import Case
from complaints.own_cases import load_own_case
from complaints.permissions.policy import rating_window

router = Router(tags=["cases"], auth=signed_in)

#: A file is answered as what it is; a player asks for parts of a voice note.
_SHAPES = {"type": "string", "enum": ["photo", "small", "voice"]}
_FILE: dict[str, Any] = {
    "parameters": [{"in": "query", "name": "as", "required": False, "schema": _SHAPES}],
    "x-contents": ["200"],
}


@router.get("/cases", response=OwnCases)
def list_cases(
    request: HttpRequest,
    state: Literal["open", "closed"] = "open",
    after: Annotated[str, Query(max_length=40, description="What the page before said as next")] = "",
) -> OwnCases:
    """List the own cases, newest first; open ones that wait for the person stand first."""
    citizen, at = signed_in_citizen(request), timezone.now()
    page = own_cases.list_cases(citizen, is_open=state == "open", at=at, after=after)
    rows = [CaseRow(**row_fields(row)) for row in (*page.waiting, *page.rows)]
    return OwnCases(items=rows, next=page.after)


@router.get("/cases/{ref:reference}", response=Thread)
def get_case(request: HttpRequest, reference: str) -> Thread:
    """Show one case: where it stands, what is promised, all that happened, and what the person can do."""
    at = timezone.now()
    return case_thread(request, load_own_case(signed_in_user(request), reference, at=at), at=at)


def case_thread(request: HttpRequest, case: Case, *, at: datetime) -> Thread:
    """Return the thread of a case of the person who asks."""
    page = citizen_case.case_page(case, signed_in_user(request), at=at)
    return thread(page, None if page["undone_until"] else rating_window(case), at=at)


@router.get("/cases/{ref:reference}/files/{uuid:file}", response={200: bytes}, openapi_extra=_FILE)
def get_file(request: HttpRequest, reference: str, file: uuid.UUID) -> HttpResponseBase:
    """Hand out a file of a case or of its answers; a picture also as ``?as=small``."""
    case = load_own_case(signed_in_user(request), reference, at=timezone.now())
    attachment = get_object_or_404(citizen_files(case, at=timezone.now()), pk=file)
    return shown_response(request, attachment, name=attachment.name)
