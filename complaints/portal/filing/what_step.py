"""The first step of filing, whichever way its words and files come: by its page, from a browser offline, or shared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext

from complaints.attachments import uploads
from complaints.attachments.fields import NOT_STORED
from complaints.filing import drafting
from complaints.filing.forms import DetailsStepForm
from complaints.filing.place_form import all_governorates, area_options
from complaints.filing.writers import Writer
from complaints.models import Draft
from complaints.portal.filing import home_address, typed
from complaints.portal.filing.steps import TOO_MANY_REQUESTS, say_too_many, step_context

#: Buttons of the step that keep what there is without going on.
KEEP, REMOVE, LATER, AUTOSAVE, HOME = "keep", "remove", "later", "autosave", "home"
STEP = typed.WHAT
#: In the address of the page: its empty form was sent.
EMPTY = "empty"


def details_form(
    data: QueryDict | None,
    files: MultiValueDict[str, UploadedFile[Any]] | None,
    *,
    writer: Writer,
    draft: Draft,
    at: datetime,
) -> DetailsStepForm:
    """Return the form of the step with ``data`` and ``files``, or with what the draft has."""
    return DetailsStepForm(
        data,
        files,
        draft=draft,
        questions=drafting.draft_questions(draft),
        governorates=all_governorates(),
        room=uploads.MOST_FILES - len(uploads.of_draft(draft)),
        is_partial=not {KEEP, REMOVE, LATER, AUTOSAVE, HOME}.isdisjoint(data or {}),
        uploader=writer.uploader,
        network=writer.network,
        at=at,
    )


def is_empty(data: QueryDict, files: MultiValueDict[str, UploadedFile[Any]], draft: Draft) -> bool:
    """Tell whether a press to go on, or to save for later, holds nothing that a draft could be begun with."""
    if draft.is_begun or files or AUTOSAVE in data:
        return False
    return not any(text.strip() for name in data.keys() - typed.NOT_TYPED - {LATER} for text in data.getlist(name))


def pressed_empty(query: QueryDict, draft: Draft) -> typed.Typed | None:
    """Return the empty press that the address tells of, which begins no draft."""
    return typed.Typed(STEP, QueryDict()) if EMPTY in query and not draft.is_begun else None


def render_step(
    request: HttpRequest, writer: Writer, form: DetailsStepForm, draft: Draft, at: datetime, status: int = 200
) -> HttpResponse:
    """Return the page of the step."""
    context = step_context(form, draft, at) | {
        "area_options": area_options(),
        "home_address": home_address.address_words(writer.citizen),
    }
    return render(request, "complaints/portal/filing/new_what.html", context, status=status)


def render_too_many(
    request: HttpRequest, writer: Writer, form: DetailsStepForm, draft: Draft, at: datetime
) -> HttpResponse:
    """Return the page of the step with its words, and why no draft could be begun with them."""
    say_too_many(form, writer)
    return render_step(request, writer, form, draft, at, status=TOO_MANY_REQUESTS)


def take(form: DetailsStepForm, data: QueryDict, *, writer: Writer, draft: Draft, at: datetime) -> Draft:
    """Keep the words and the good files in the draft, and what is not in order as it was typed; return the draft.

    Raises ``TooManyDrafts``, and has kept nothing then.
    """
    is_in_order = form.is_valid()
    words = form.words if is_in_order or AUTOSAVE in data else {}
    if HOME in data:
        words |= home_address.address_words(writer.citizen)
    draft = drafting.save_draft(draft, writer, at=at, typed=_typed(form, data), **words)
    if not _keep_files(form, draft, writer):
        drafting.save_draft(draft, writer, at=at, typed=_typed(form, data))
    return draft


def _typed(form: DetailsStepForm, data: QueryDict) -> str:
    """Return what is kept of a press that is not in order, empty for one that is."""
    refused: Sequence[str] = [str(text) for text in form.errors.get("attachments", ())]
    return typed.pack(STEP, data, refused=refused) if form.errors else ""


def _keep_files(form: DetailsStepForm, draft: Draft, writer: Writer) -> bool:
    """Keep the files; tell whether they were, and say beside their field if not."""
    if not form.taken:
        return True
    try:
        with drafting.locked(draft):
            room = drafting.room_for_bytes(draft, writer)
            if room is not None and sum(attachment.size for attachment in form.taken) > room:
                text = gettext(
                    "These files were not uploaded: before you sign in, a draft holds up to 10 MB of files. "
                    "Choose smaller files, or sign in first."
                )
                form.add_error("attachments", text)
                return False
            uploads.keep(form.taken, draft=draft)
    except uploads.NotStored:
        form.add_error("attachments", NOT_STORED)
        return False
    return True
