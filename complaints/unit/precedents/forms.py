"""The form of a precedent that the unit writes without a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from agencies.models import Agency, Governorate, Topic
from complaints.actions.precedents import SHORTEST_WORDS, WORDS_LENGTH, PrecedentText
from complaints.models import Precedent
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.forms import SHORTEST_TEXT
from kit.forms import Form, LineField, ParagraphField


class PrecedentForm(Form):
    """The topic, the place and the words of similar cases, the agency, and the reason."""

    topic = forms.ModelChoiceField(
        Topic.objects.filter(is_active=True), empty_label="—", label=pgettext_lazy("of a case", "Topic")
    )
    governorate = forms.ModelChoiceField(
        Governorate.objects.all(), required=False, empty_label=_("Everywhere"), label=_("Governorate")
    )
    words = LineField(
        max=WORDS_LENGTH,
        min=SHORTEST_WORDS,
        label=_("Words that identify similar cases"),
        help_text=_("A few words that describe the matter. Do not name anyone here or in the reason."),
    )
    agency = forms.ModelChoiceField(Agency.objects.none(), empty_label="—", label=_("Agency"))
    why = ParagraphField(max=TEXT_LENGTH, min=SHORTEST_TEXT, rows=4, label=_("Reason"))

    def __init__(self, data: Mapping[str, Any] | None, *, today: date, replaces: Precedent | None) -> None:
        initial = {name: getattr(replaces, name) for name in self.base_fields} if replaces else {}
        super().__init__(data, initial=initial)
        self.offer_rows("agency", Agency.objects.complainable(on=today))

    @property
    def text(self) -> PrecedentText:
        """Return what the valid form says."""
        return PrecedentText(**self.cleaned_data)
