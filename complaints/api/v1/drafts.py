"""Drafts: what holds the files of a case before it is filed, here or on the website."""

import uuid
from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from accounts.api.access import TAKES_KEY, Body, once, signed_in
from accounts.decorators import signed_in_citizen, signed_in_user
from complaints.api.v1.case_schemas import StoredFile, files
from complaints.api.v1.catalogue import KindCode
from complaints.attachments import uploads
from complaints.attachments.fields import uploader_key
from complaints.filing import drafting
from complaints.filing.drafting import TooManyDrafts, Writer
from complaints.models import Draft
from kit.problems import Problem

router = Router(tags=["filing"], auth=signed_in)


class NewDraft(Body):
    """The kind of the case that is to be filed."""

    kind: KindCode


class DraftRow(BaseModel):
    """A draft with its files."""

    id: uuid.UUID
    kind: str
    subject: str
    details: str
    agency: Annotated[str, Field(description="The code of the agency, empty for none")]
    topic: str
    updated_at: datetime
    files: list[StoredFile]


class Drafts(BaseModel):
    """The drafts of the person, the newest first."""

    items: list[DraftRow]


def requesting_writer(request: HttpRequest) -> Writer:
    """Return the citizen who asks as the writer of drafts."""
    uploader = uploader_key(signed_in_user(request))
    return Writer(citizen=signed_in_citizen(request), visitor="", uploader=uploader, network="")


def own_draft(request: HttpRequest, draft: uuid.UUID, *, at: datetime) -> Draft:
    """Return a draft of the person who asks; raise ``Problem``, alike for a missing one and another's."""
    found = requesting_writer(request).drafts(at=at).filter(pk=draft).select_related("agency", "topic").first()
    if found is None:
        raise Problem("not_found")
    return found


def save(draft: Draft, request: HttpRequest, *, at: datetime, **values: object) -> Draft:
    """Save ``values`` in the draft, begun here if need be; raise ``Problem`` if there are too many."""
    try:
        return drafting.save_draft(draft, requesting_writer(request), at=at, **values)
    except TooManyDrafts:
        text = gettext("You have too many unfinished drafts. Finish or delete one first.")
        raise Problem("too_many", text) from None


def _row(draft: Draft) -> DraftRow:
    return DraftRow(
        id=draft.pk,
        kind=draft.kind,
        subject=draft.subject,
        details=draft.details,
        agency=draft.agency.code if draft.agency else "",
        topic=draft.topic.code if draft.topic else "",
        updated_at=draft.updated_at,
        files=files(draft.attachments.all()),
    )


@router.post("/drafts", response={201: DraftRow}, openapi_extra=TAKES_KEY)
@once
def begin_draft(request: HttpRequest, body: NewDraft) -> Status[DraftRow]:
    """Begin a draft, to which files can be sent before the case is filed."""
    at = timezone.now()
    draft = Draft(kind=body.kind, **requesting_writer(request).owns())
    return Status(201, _row(save(draft, request, at=at)))


@router.get("/drafts", response=Drafts)
def list_drafts(request: HttpRequest) -> Drafts:
    """List the drafts of the person, those of the website too."""
    own = requesting_writer(request).drafts(at=timezone.now()).select_related("agency", "topic")
    return Drafts(items=[_row(draft) for draft in own.prefetch_related("attachments").order_by("-updated_at", "-pk")])


@router.get("/drafts/{uuid:draft}", response=DraftRow)
def get_draft(request: HttpRequest, draft: uuid.UUID) -> DraftRow:
    """Show a draft."""
    return _row(own_draft(request, draft, at=timezone.now()))


@router.delete("/drafts/{uuid:draft}", response={204: None})
def delete_draft(request: HttpRequest, draft: uuid.UUID) -> Status[None]:
    """Throw a draft away with its files."""
    uploads.discard(own_draft(request, draft, at=timezone.now()))
    return Status(204, None)
