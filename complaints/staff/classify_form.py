"""The form that corrects the topic and the kind of a case, for desks, the unit and agents of the contact centre."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from agencies.models import Topic
from complaints.actions import classification
from complaints.models import Case
from complaints.workflow import Kind
from kit.forms import CHOOSE, Card, ChoiceCardsField, Form


class ClassifyForm(Form):
    """The kind and the topic that fit; what the case cannot have is refused beside the topic, with the way out."""

    kind = ChoiceCardsField(
        cards=[Card(value, label) for value, label in Kind.choices], label=pgettext_lazy("case", "Kind")
    )
    topic = forms.ChoiceField(label=pgettext_lazy("of a case", "Topic"))

    def __init__(self, data: Mapping[str, Any] | None, *, case: Case, topic: str = "") -> None:
        """``topic`` is the code of the topic to begin with; the case's own without it."""
        own = case.topic.code if case.topic else ""
        super().__init__(data, initial={"kind": case.kind, "topic": topic or own})
        self.case = case
        groups = Topic.objects.filter(is_active=True, parent=None).prefetch_related("children")
        offered = [(group, [topic for topic in group.children.all() if topic.is_active]) for group in groups]
        self.topics = {topic.code: topic for _group, topics in offered for topic in topics}
        named = [(group.name, [(topic.code, topic.name) for topic in topics]) for group, topics in offered if topics]
        self.offer_choices("topic", named, empty=CHOOSE)

    def clean(self) -> dict[str, Any]:
        """Refuse what the case cannot have."""
        cleaned = super().clean() or {}
        if "topic" in cleaned and "kind" in cleaned:
            self._judge(self.chosen_topic, cleaned["kind"])
        return cleaned

    @property
    def chosen_topic(self) -> Topic:
        """Return the topic chosen."""
        return self.topics[self.cleaned_data["topic"]]

    def _judge(self, topic: Topic, kind: str) -> None:
        words = {"topic": topic.name, "kind": Kind(kind).label}
        try:
            classification.require_fitting(self.case, topic, kind=kind)
        except classification.NothingCorrected:
            self.add_error("topic", _("The case already has this kind and topic. Choose another, or go back."))
        except classification.TopicNotOffered:
            text = gettext("“%(topic)s” is not a topic of this kind: %(kind)s. Choose another topic or another kind.")
            self.add_error("topic", text % words)
        except classification.TopicKeptFromAgency:
            text = gettext(
                "“%(topic)s” is kept from the agency that has the case. The CMU has to refer the case to another "
                "agency first."
            )
            self.add_error("topic", text % words)
        except classification.TopicOfOtherAgencies:
            text = gettext(
                "“%(topic)s” belongs to other agencies. The case has to be declined, returned or referred to the "
                "right agency instead."
            )
            self.add_error("topic", text % words)
