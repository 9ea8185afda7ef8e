"""The forms of the queue: the name of a saved filter, and what each bulk action needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import reference
from complaints.actions.reminders import Whom
from complaints.desk.queue.options import Option
from complaints.models import LinkKind
from complaints.models.annotations import LABEL_LENGTH, TITLE_LENGTH
from kit.forms import Card, ChoiceCardsField, DigitsInput, Form, LineField

_CHOOSE = ("", _("— choose —"))


class SaveForm(Form):
    """The name of a saved filter, and who finds it: the user alone, or all staff of an agency."""

    name = LineField(max=TITLE_LENGTH, label=_("Name of the filter"))
    shared = forms.ChoiceField(required=False, label=_("Who can use it"))

    def __init__(self, data: Mapping[str, Any] | None, *, agencies: Sequence[Option]) -> None:
        super().__init__(data)
        names = [(agency.key, agency.name) for agency in agencies]
        self.fields["shared"].choices = [("", _("Only me")), *names]  # type: ignore[attr-defined]

    @property
    def agency(self) -> int | None:
        """Return the id of the agency with which the filter is shared, None where it is not."""
        chosen = self.cleaned_data["shared"]
        return int(chosen) if chosen else None


class ConfirmForm(Form):
    """A form without fields, for an action that needs nothing but the confirmation."""


class OfficerForm(Form):
    """The officer who gets the cases."""

    officer = forms.ChoiceField(label=_("Officer"))

    def __init__(self, data: Mapping[str, Any] | None, *, officers: Sequence[User]) -> None:
        super().__init__(data)
        self.officers = {str(officer.pk): officer for officer in officers}
        names = [(key, officer.name) for key, officer in self.officers.items()]
        self.fields["officer"].choices = [_CHOOSE, *names]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> User:
        """Return the officer chosen."""
        return self.officers[self.cleaned_data["officer"]]


class LabelForm(Form):
    """A label to put on cases: a new one, or one the agency uses already."""

    name = LineField(
        max=LABEL_LENGTH, label=_("Label"), help_text=_("One or two words. Only staff of your agency see its labels.")
    )


class UnlabelForm(Form):
    """A label to take off."""

    name = forms.ChoiceField(label=_("Label"))

    def __init__(self, data: Mapping[str, Any] | None, *, labels: Sequence[str]) -> None:
        super().__init__(data)
        self.fields["name"].choices = [_CHOOSE, *((name, name) for name in labels)]  # type: ignore[attr-defined]


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
        self.fields["off"].choices = [(name, name) for name in labels]  # type: ignore[attr-defined]

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
