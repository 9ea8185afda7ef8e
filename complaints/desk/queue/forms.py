"""The forms of the queue: the name of a saved filter, and what each bulk action needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from complaints import reference
from complaints.desk.queue.options import Option
from complaints.models import LinkKind
from complaints.models.annotations import TITLE_LENGTH
from kit.forms import CHOOSE, Card, ChoiceCardsField, DigitsInput, Form, LineField


class SaveForm(Form):
    """The name of a saved filter, and who finds it: the user alone, or all staff of an agency."""

    name = LineField(max=TITLE_LENGTH, label=_("Name of the filter"))
    shared = forms.ChoiceField(required=False, label=_("Who can use it"))

    def __init__(self, data: Mapping[str, Any] | None, *, agencies: Sequence[Option]) -> None:
        super().__init__(data)
        names = [(agency.key, agency.name) for agency in agencies]
        self.offer_choices("shared", names, empty=_("Only me"))

    @property
    def agency(self) -> int | None:
        """Return the id of the agency with which the filter is shared, None where it is not."""
        chosen = self.cleaned_data["shared"]
        return int(chosen) if chosen else None


class ConfirmForm(Form):
    """A form without fields, for an action that needs nothing but the confirmation."""


class UnlabelForm(Form):
    """A label to take off."""

    name = forms.ChoiceField(label=_("Label"))

    def __init__(self, data: Mapping[str, Any] | None, *, labels: Sequence[str]) -> None:
        super().__init__(data)
        self.offer_choices("name", [(name, name) for name in labels], empty=CHOOSE)


class LeadForm(Form):
    """The case the others are linked to, and how they belong together."""

    kind = ChoiceCardsField(
        cards=[
            Card(
                LinkKind.SAME_PROBLEM,
                LinkKind.SAME_PROBLEM.label,
                _("The answer to the main case also answers the others."),
            ),
            Card(
                LinkKind.RELATED,
                LinkKind.RELATED.label,
                _("Each case is handled separately. Each case page shows the other cases."),
            ),
        ],
        label=_("What kind of link is it?"),
        error_messages={"required": _("Choose the kind of link")},
    )
    lead = forms.CharField(
        widget=DigitsInput(),
        max_length=30,
        label=_("Tracking number of the main case"),
        help_text=_("The oldest of the selected cases, or any other case of yours."),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, lead: str) -> None:
        super().__init__(data, initial={"lead": lead})

    def clean_lead(self) -> str:
        """Return the number as it is stored."""
        number = reference.parse(self.cleaned_data["lead"])
        if number is None:
            raise ValidationError(
                _("This is not a tracking number. Compare it with the number of the case."), code="no_number"
            )
        return number
