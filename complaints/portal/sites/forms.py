"""The form that is shown on an agency's own site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from agencies.models import Agency, Topic
from complaints.filing.forms import first_words
from complaints.models.case import DETAILS_LENGTH
from complaints.workflow import Kind
from kit.forms import Form, ParagraphField


class EmbeddedForm(Form):
    """What happened, and the topic among those of the agency; which may be left open."""

    topic = forms.ChoiceField(required=False, label=pgettext_lazy("of a case", "Topic"))
    details = ParagraphField(
        max=DETAILS_LENGTH,
        rows=5,
        label=_("What happened?"),
        error_messages={"required": _("Write in the box what you want to tell us")},
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, agency: Agency, topic: str = "") -> None:
        super().__init__(data, initial={"topic": topic})
        groups = list(Topic.objects.offered(kind=Kind.COMPLAINT, agency=agency))
        self.topics = {topic.code: topic for group in groups for topic in group.children.all()}
        named = [(group.name, [(topic.code, topic.name) for topic in group.children.all()]) for group in groups]
        self.fields["topic"].choices = [("", _("I do not know")), *named]  # type: ignore[attr-defined]

    @property
    def words(self) -> dict[str, Any]:
        """Return what the draft takes of the valid form."""
        details = self.cleaned_data["details"]
        topic = self.topics.get(self.cleaned_data["topic"])
        return {"details": details, "subject": first_words(details), "topic": topic}
