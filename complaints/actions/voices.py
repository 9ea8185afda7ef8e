"""Voice notes of people who do not write: what they say is written down and becomes text of the case."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext, override

from accounts.models import User
from complaints.actions.revisions import replace_text
from complaints.engine.transition import NotEntitled, act
from complaints.models import Attachment, Case
from complaints.models.files import VOICE_TYPE
from complaints.visibility.identity import may_hear
from complaints.workflow import Action


class NoVoice(LookupError):
    """The case has no such voice note."""


def voice_subject(language: str) -> str:
    """Return the subject of a case of which nothing was written, in its language."""
    with override(language):
        return gettext("Voice note")


def transcribe(case: Case, *, by: User, at: datetime, voice: UUID, text: str) -> None:
    """Write down what a voice note says: it stands below what was written, and takes the place of an earlier version.

    The text is searched, redacted and shown like what the citizen wrote; the history tells who wrote it down. Raises
    ``NotEntitled`` for who may not hear the voice, and ``NoVoice``.
    """
    with act(case, Action.TRANSCRIBE, by=by, at=at) as change:
        if not may_hear(case, by, at=change.at):
            raise NotEntitled
        note = case.attachments.from_citizen().filter(pk=voice, content_type=VOICE_TYPE).first()
        if note is None:
            raise NoVoice
        details = _with_transcript(case, note, text)
        change.facts = {"voice": str(note.pk)}
        replace_text(change, subject=case.subject, details=details, area=case.area, place=case.place)
        note.transcript, note.transcript_event_id = text, change.event_id
        note.save(update_fields=["transcript", "transcript_event"])


def _with_transcript(case: Case, note: Attachment, text: str) -> str:
    with override(case.language):
        heading = gettext("Written down from the voice note:")
    former, section = f"{heading}\n{note.transcript}", f"{heading}\n{text}"
    if note.transcript and former in case.details:
        return case.details.replace(former, section, 1)
    return f"{case.details}\n\n{section}" if case.details else section
