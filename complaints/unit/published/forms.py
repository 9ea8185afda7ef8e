"""The form of a published answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from accounts.models import Citizen
from agencies.models import Topic
from complaints.actions.published_answers import PublishedText, personal_passages
from complaints.models import PublishedAnswer
from complaints.models.published_answers import PUBLISHED_LENGTH, QUESTION_LENGTH
from complaints.staff.forms import SHORTEST_TEXT
from kit.dates import day_digits
from kit.forms import DayBoxField, Form, LineField, ParagraphField

#: Days until an answer is looked at again, unless another day is chosen, and at most.
USUAL_REVIEW, LATEST_REVIEW = timedelta(days=180), timedelta(days=730)
TEXTS = ("question_ar", "question_en", "answer_ar", "answer_en")


class PublishedAnswerForm(Form):
    """Question and answer in both languages, the topic, the day to look again, and that no person is in the text."""

    topic = forms.ModelChoiceField(
        Topic.objects.filter(is_active=True, parent__isnull=False),
        empty_label="—",
        label=pgettext_lazy("of a case", "Topic"),
    )
    question_ar = LineField(max=QUESTION_LENGTH, min=SHORTEST_TEXT, label=_("Question in Arabic"))
    answer_ar = ParagraphField(max=PUBLISHED_LENGTH, min=SHORTEST_TEXT, rows=6, label=_("Answer in Arabic"))
    question_en = LineField(max=QUESTION_LENGTH, min=SHORTEST_TEXT, label=_("Question in English"))
    answer_en = ParagraphField(max=PUBLISHED_LENGTH, min=SHORTEST_TEXT, rows=6, label=_("Answer in English"))
    review_on = DayBoxField(label=_("Day to look at it again"))
    has_no_person = forms.BooleanField(
        label=_("I have read all four texts: they tell nothing about any person"),
        error_messages={"required": _("Read the four texts, then tick the box")},
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        at: datetime,
        stored: PublishedAnswer | None = None,
        typed: Mapping[str, Any] | None = None,
        citizen: Citizen | None = None,
    ) -> None:
        """``typed`` is what is filled in from an inquiry, ``citizen`` the person who asked it."""
        self.today, self.citizen = timezone.localdate(at), citizen
        initial: dict[str, Any] = {"review_on": self.today + USUAL_REVIEW, **(typed or {})}
        if stored is not None:
            initial = {name: getattr(stored, name) for name in ("topic", *TEXTS)}
            initial["review_on"] = self.today + USUAL_REVIEW
        super().__init__(data, initial=initial)

    def clean_review_on(self) -> date:
        """Refuse a day that is no reminder: today, the past, or too far away."""
        day: date = self.cleaned_data["review_on"]
        if not self.today < day <= self.today + LATEST_REVIEW:
            words = {"latest": day_digits(self.today + LATEST_REVIEW)}
            raise ValidationError(gettext("Choose a day after today, no later than %(latest)s") % words)
        return day

    def clean(self) -> dict[str, Any]:
        """Refuse texts that tell who somebody is, naming the passages."""
        cleaned = super().clean() or {}
        for name in TEXTS:
            if passages := personal_passages(cleaned.get(name, ""), self.citizen):
                listed = gettext(", ").join(f"\u2068{passage}\u2069" for passage in passages)
                text = gettext("This tells who a person is. Take it out: %(passages)s")
                self.add_error(name, text % {"passages": listed})
        return cleaned

    @property
    def text(self) -> PublishedText:
        """Return what the valid form says."""
        return PublishedText(**{name: self.cleaned_data[name] for name in PublishedText.__dataclass_fields__})
