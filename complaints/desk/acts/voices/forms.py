"""The form in which a voice note is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from complaints.models import Attachment
from complaints.models.texts import TEXT_LENGTH
from kit.dates import moment_text
from kit.forms import Form, ParagraphField


class TranscriptForm(Form):
    """What a voice note says; of several notes one is chosen."""

    voice = forms.ChoiceField(label=_("Voice note"))
    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=8,
        label=_("What does the person say?"),
        help_text=_("Write every word, as it was said. The person reads it, and the search finds it."),
        error_messages={"required": _("Write what the person says")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, voices: Sequence[Attachment]) -> None:
        waiting = next((voice for voice in voices if not voice.transcript), voices[0])
        super().__init__(data, initial={"voice": str(waiting.pk), "text": waiting.transcript})
        self.offer_choices("voice", [(str(voice.pk), _voice_name(voice)) for voice in voices])
        if len(voices) == 1:
            self.fields["voice"].widget = forms.HiddenInput()


def _voice_name(voice: Attachment) -> str:
    words = {"moment": moment_text(voice.added_at), "seconds": voice.seconds}
    return gettext("%(moment)s, %(seconds)s seconds") % words
