"""The form that is shown on an agency's own site, for each of the four kinds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _, pgettext_lazy
from django_stubs_ext import StrPromise

from agencies.models import Agency, Topic
from complaints.case_text.kinds import words_of_kind
from complaints.filing.first_words import first_words
from complaints.models.case import DETAILS_LENGTH
from complaints.workflow import Kind
from kit.forms import Form, ParagraphField

#: The heading of the form, by kind.
TITLES: Final[Mapping[str, StrPromise]] = {
    Kind.COMPLAINT: _("A complaint to %(agency)s"),
    Kind.SUGGESTION: _("A suggestion to %(agency)s"),
    Kind.INQUIRY: _("An inquiry to %(agency)s"),
    Kind.PRAISE: _("Praise for %(agency)s"),
}


class EmbeddedForm(Form):
    """What the person wants to say, and the topic among those of the agency; which may be left open."""

    topic = forms.ChoiceField(required=False, label=pgettext_lazy("of a case", "Topic"))
    details = ParagraphField(
        max=DETAILS_LENGTH,
        rows=5,
        error_messages={"required": _("Write in the box what you want to tell us")},
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, agency: Agency, kind: str = "", topic: str = ""
    ) -> None:
        asked = kind if data is None else data.get("kind", "")
        self.chosen_kind = Kind(asked) if asked in Kind.values else Kind.COMPLAINT
        super().__init__(data, initial={"topic": topic})
        self.title = TITLES[self.chosen_kind] % {"agency": agency.name}
        self.fields["details"].label = words_of_kind(self.chosen_kind).question
        groups = list(Topic.objects.offered(kind=self.chosen_kind, agency=agency))
        self.topics = {topic.code: topic for group in groups for topic in group.children.all()}
        named = [(group.name, [(topic.code, topic.name) for topic in group.children.all()]) for group in groups]
        self.offer_choices("topic", named, empty=_("I do not know"))

    @property
    def words(self) -> dict[str, Any]:
        """Return what the draft takes of the valid form."""
        details = self.cleaned_data["details"]
        topic = self.topics.get(self.cleaned_data["topic"])
        return {"details": details, "subject": first_words(details), "topic": topic}
