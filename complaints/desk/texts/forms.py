"""The form of a standard text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency, Topic
from complaints.models import StandardText
from complaints.models.annotations import TITLE_LENGTH
from complaints.models.texts import TEXT_LENGTH
from complaints.staff import standard_texts
from complaints.workflow import OUTCOMES, Outcome
from kit.forms import CHOOSE, Form, LineField, ParagraphField

#: The outcomes an answer may have, each once.
_OUTCOMES = [outcome for outcome in Outcome if any(outcome in offered for offered in OUTCOMES.values())]
NAME_IS_TAKEN = _("There is already a text with this name. Enter another name")


class TextForm(Form):
    """A standard text: its name, where it is offered, and the two texts, of which one may be empty.

    ``agencies`` are those it can be for; None among them is "all". It is asked only where there are several.
    """

    agency = forms.ChoiceField(label=_("For which agency?"), error_messages={"required": _("Choose an agency")})
    title = LineField(
        max=TITLE_LENGTH, label=_("Name of the text"), help_text=_("You find the text in the list by this name.")
    )
    topic = forms.ChoiceField(required=False, label=_("Topic"))
    outcome = forms.ChoiceField(required=False, label=_("Outcome"))
    found = ParagraphField(max=TEXT_LENGTH, rows=5, required=False, label=_("What was found"))
    done = ParagraphField(max=TEXT_LENGTH, rows=5, required=False, label=_("What was done"))

    def __init__(
        self, data: Mapping[str, Any] | None, *, text: StandardText, agencies: Sequence[Agency | None]
    ) -> None:
        super().__init__(data, initial=_initial(text))
        self.text = text
        self.agencies = {agency.code if agency else "": agency for agency in agencies}
        if len(agencies) == 1 or text.pk:
            del self.fields["agency"]
        else:
            names = [(code, agency.name) for code, agency in self.agencies.items() if agency]
            self.offer_choices("agency", names, empty=CHOOSE)
        self.topics = {topic.code: topic for topic in Topic.objects.filter(is_active=True).select_related("parent")}
        self.offer_choices("topic", self._topic_choices(), empty=_("For any topic"))
        outcomes = [(outcome.value, str(outcome.label)) for outcome in _OUTCOMES]
        self.offer_choices("outcome", outcomes, empty=_("For any outcome"))

    def _topic_choices(self) -> list[tuple[str, Any]]:
        """Return the groups, each with itself and its topics."""
        tops = [topic for topic in self.topics.values() if topic.parent_id is None]
        below = {top.pk: [topic for topic in self.topics.values() if topic.parent_id == top.pk] for top in tops}
        return [(top.name, [(topic.code, topic.name) for topic in (top, *below[top.pk])]) for top in tops]

    def clean_found(self) -> str:
        """Refuse words in braces that nothing can fill."""
        return _checked(self.cleaned_data["found"])

    def clean_done(self) -> str:
        """Refuse words in braces that nothing can fill."""
        return _checked(self.cleaned_data["done"])

    def clean(self) -> dict[str, Any]:
        """Ask for one text at least, and for a name that no other text of the agency has."""
        cleaned = super().clean() or {}
        if not self.errors and not cleaned["found"] and not cleaned["done"]:
            self.add_error("found", _("Write at least one of the two texts"))
        if "title" in cleaned and not self.errors and self._is_taken(cleaned["title"]):
            self.add_error("title", NAME_IS_TAKEN)
        return cleaned

    def _is_taken(self, title: str) -> bool:
        others = StandardText.objects.filter(agency=self.agency_of_text, title=title).exclude(pk=self.text.pk)
        return others.exists()

    @property
    def agency_of_text(self) -> Agency | None:
        """Return whose the text is; None is everybody's."""
        if self.text.pk:
            return self.text.agency
        if "agency" in self.fields:
            return self.agencies[self.cleaned_data["agency"]]
        return next(iter(self.agencies.values()))

    @property
    def values(self) -> dict[str, Any]:
        """Return the fields of the text as they are stored."""
        said = {name: self.cleaned_data[name] for name in ("title", "outcome", "found", "done")}
        return {"agency": self.agency_of_text, "topic": self.topics.get(self.cleaned_data["topic"]), **said}


def _checked(text: str) -> str:
    if wrong := list(standard_texts.problems(text)):
        raise ValidationError(wrong)
    return text


def _initial(text: StandardText) -> dict[str, Any]:
    said = {name: getattr(text, name) for name in ("title", "outcome", "found", "done")}
    return {"topic": text.topic.code if text.topic else "", **said}
