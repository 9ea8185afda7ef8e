"""The forms of labels and of a reminder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.actions.reminders import Whom
from complaints.models.annotations import LABEL_LENGTH
from kit.forms import Card, ChoiceCardsField, Form, LineField


class LabelForm(Form):
    """A label to put on cases: a new one, or one the agency uses already."""

    name = LineField(
        max=LABEL_LENGTH, label=_("Label"), help_text=_("One or two words. Only staff of your agency see its labels.")
    )


class LabelsForm(Form):
    """The labels of one case: a new one, and those to take off."""

    name = LineField(
        max=LABEL_LENGTH,
        required=False,
        label=_("New label"),
        help_text=_("One or two words. Only staff of your agency see its labels."),
    )
    off = forms.MultipleChoiceField(required=False, label=_("Labels to remove"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Mapping[str, Any] | None, *, labels: Sequence[str]) -> None:
        super().__init__(data)
        self.labels = labels
        self.offer_choices("off", [(name, name) for name in labels])

    def clean(self) -> dict[str, Any]:
        """Refuse a form that changes nothing."""
        cleaned = super().clean() or {}
        if not self.errors and not cleaned["name"] and not cleaned["off"]:
            self.add_error("name", _("Enter a label, or select one to remove"))
        return cleaned


_REMINDED: Final = (
    Card(
        Whom.OFFICER,
        _("The officer"),
        _("By e-mail and SMS. If the case has no officer, all officers of the agency are reminded."),
    ),
    Card(Whom.DIRECTORATE, _("The directorate"), _("The directorate gets its link by e-mail again.")),
)


class RemindForm(Form):
    """Who is reminded: one of those whom the person can remind now."""

    whom = ChoiceCardsField(
        label=_("Who do you want to remind?"), error_messages={"required": _("Choose who you want to remind")}
    )

    def __init__(self, data: Mapping[str, Any] | None, *, whom: Sequence[Whom]) -> None:
        super().__init__(data, initial={"whom": whom[0] if len(whom) == 1 else ""})
        self.has_anybody = bool(whom)
        self.offer("whom", [card for card in _REMINDED if card.value in whom])
