"""The forms of phenomena: what the unit says of one, its decision, the commitment, evidence, a case to add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, pgettext_lazy

from agencies.models import Agency, Governorate, Topic
from complaints.models import Case
from complaints.staff.forms import SHORTEST_TEXT, TextWithFilesForm
from kit.arabic import fold_digits
from kit.dates import day_digits
from kit.forms import CHOOSE, Card, ChoiceCardsField, DayBoxField, Form, LineField, ParagraphField
from reports.models import Phenomenon
from reports.models.phenomena import PHENOMENON_NAME_LENGTH, PHENOMENON_TEXT_LENGTH
from reports.phenomena.actions import Description

#: The last day a commitment may name, counted from today.
LATEST_DAY: Final = timedelta(days=2 * 366)


class DescriptionForm(Form):
    """What the unit says of a phenomenon."""

    name = LineField(
        max=PHENOMENON_NAME_LENGTH,
        min=SHORTEST_TEXT,
        label=_("Name"),
        help_text=_("What recurs, and where. Write nothing about a person."),
    )
    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        required=False,
        empty_label=_("All topics"),
        label=pgettext_lazy("report", "Topic"),
        to_field_name="code",
    )
    governorate = forms.ModelChoiceField(
        Governorate.objects.none(),
        required=False,
        empty_label=_("All governorates"),
        label=_("Governorate"),
        to_field_name="code",
    )
    cause = ParagraphField(max=PHENOMENON_TEXT_LENGTH, required=False, rows=4, label=_("Cause"))
    recommendation = ParagraphField(max=PHENOMENON_TEXT_LENGTH, required=False, rows=4, label=_("Recommendation"))
    owner = forms.ModelChoiceField(
        Agency.objects.none(),
        required=False,
        empty_label=_("No agency yet"),
        label=_("Owner"),
        help_text=_("The agency that can remove the cause. It reads this page and writes its commitment."),
        to_field_name="code",
    )

    def __init__(self, data: Mapping[str, Any] | None, *, at: datetime, phenomenon: Phenomenon | None = None) -> None:
        super().__init__(data, initial=_initial(phenomenon) if phenomenon else None)
        choices: dict[str, Any] = {
            "topic": Topic.objects.filter(is_active=True, parent__isnull=False),
            "governorate": Governorate.objects.all(),
            "owner": Agency.objects.complainable(on=timezone.localdate(at)),
        }
        for name, rows in choices.items():
            self.offer_rows(name, rows)

    @property
    def said(self) -> Description:
        """Return what the valid form says."""
        names = ("name", "cause", "recommendation", "topic", "governorate", "owner")
        return Description(**{name: self.cleaned_data[name] for name in names})


def _initial(phenomenon: Phenomenon) -> dict[str, Any]:
    chosen = (phenomenon.topic, phenomenon.governorate, phenomenon.owner)
    codes = {
        name: each.code if each else "" for name, each in zip(("topic", "governorate", "owner"), chosen, strict=True)
    }
    texts = {name: getattr(phenomenon, name) for name in ("name", "cause", "recommendation")}
    return {**codes, **texts}


class DismissalForm(Form):
    """That it is no phenomenon of its own: none at all, or a part of another one."""

    decision = ChoiceCardsField(
        cards=[Card("dismiss", _("It is not a phenomenon")), Card("merge", _("It is part of another one"))],
        label=_("Decision"),
        error_messages={"required": _("Choose the decision")},
    )
    into = forms.ModelChoiceField(
        Phenomenon.objects.none(), required=False, empty_label=CHOOSE, label=_("The other phenomenon")
    )
    reason = ParagraphField(max=PHENOMENON_TEXT_LENGTH, min=SHORTEST_TEXT, rows=4, label=_("Reason"))

    def __init__(self, data: Mapping[str, Any] | None, *, others: Any) -> None:
        super().__init__(data)
        self.offer_rows("into", others)
        self.fields["into"].label_from_instance = lambda other: other.name  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for the other one where it is a part of it."""
        cleaned = super().clean() or {}
        if cleaned.get("decision") == "merge" and "into" not in self.errors and not cleaned.get("into"):
            self.add_error("into", ValidationError(gettext("Choose the other phenomenon"), code="required"))
        return cleaned


class CommitmentForm(Form):
    """What the owner commits itself to, and until which day."""

    text = ParagraphField(
        max=PHENOMENON_TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=5,
        label=_("What will be done?"),
        help_text=_("It is shown with your agency's name, and in reports. Write nothing about a person."),
    )
    due_on = DayBoxField(
        label=_("Done by"),
        help_text=_("A day such as 22/1/2027."),
        error_messages={"required": _("Enter the day")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, at: datetime) -> None:
        super().__init__(data)
        self.today = timezone.localdate(at)

    def clean_due_on(self) -> date:
        """Refuse a day in the past or too far away."""
        day: date = self.cleaned_data["due_on"]
        if not self.today < day <= self.today + LATEST_DAY:
            words = {"latest": day_digits(self.today + LATEST_DAY)}
            raise ValidationError(gettext("Choose a day after today, no later than %(latest)s") % words, code="range")
        return day


class EvidenceForm(TextWithFilesForm):
    """What shows the cause, or what was done, and files that show it."""

    text = ParagraphField(
        max=PHENOMENON_TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=5,
        label=_("Evidence"),
        help_text=_("What shows the cause, or what was done about it. Write nothing about a person."),
    )
    field_order = ("text", "attachments")


class CaseForm(Form):
    """The tracking number of a case to add or to remove, among the cases the reader may open."""

    reference = LineField(max=20, label=_("Tracking number"))
    what = ChoiceCardsField(
        cards=[Card("join", _("Add this case")), Card("remove", _("Remove this case"))],
        label=_("Decision"),
        error_messages={"required": _("Choose the decision")},
    )

    def __init__(self, data: Mapping[str, Any] | None, *, cases: Any, members: Sequence[int]) -> None:
        super().__init__(data, initial={"what": "join"})
        self.cases, self.members = cases, frozenset(members)
        self.case: Case | None = None

    def clean(self) -> dict[str, Any]:
        """Find the case; one that is removed has to be one of the phenomenon's."""
        cleaned = super().clean() or {}
        typed = fold_digits(cleaned.get("reference", "")).replace(" ", "")
        if typed:
            self.case = self.cases.filter(reference=typed).first()
            if self.case is None:
                self.add_error("reference", gettext("There is no case with this number"))
            elif cleaned.get("what") == "remove" and self.case.pk not in self.members:
                self.add_error("reference", gettext("This case does not belong to the phenomenon"))
        return cleaned
