"""Writing a voice note down."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.utils.translation import gettext

from complaints import actions
from complaints.desk.acts.voices.forms import TranscriptForm
from complaints.models.files import VOICE_TYPE
from complaints.staff.action_pages import ActionRequest, action_page
from complaints.visibility.identity import may_hear
from complaints.workflow import Action


@action_page(Action.TRANSCRIBE, "complaints/desk/acts/voices/transcribe.html")
def transcribe(request: ActionRequest) -> HttpResponse:
    """Play a voice note and write down what it says; 404 for who may not hear it."""
    voices = list(request.case.attachments.from_citizen().filter(content_type=VOICE_TYPE))
    if not voices or not may_hear(request.case, request.user, at=request.at):
        raise Http404
    form = TranscriptForm(request.data, voices=voices)
    if not request.is_sent(form):
        return request.page(voices=voices)
    voice = uuid.UUID(form.cleaned_data["voice"])
    actions.transcribe(request.case, by=request.user, at=request.at, voice=voice, text=form.cleaned_data["text"])
    return request.done(gettext("The voice note was written down. The person can read it."))
