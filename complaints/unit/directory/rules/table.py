"""Routing rules as the unit keeps them; a new one may replace another from its first day on."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from agencies import reference_changes
from agencies.models import Agency, ReferenceChange, RoutingRule
from agencies.models.base import stripped
from agencies.reference_changes import Author
from complaints.unit.directory.directory_tables import Column, DirectoryTable
from complaints.unit.directory.forms import DirectoryForm, form_field


class RuleForm(DirectoryForm):
    """A rule from a first day on; ``replaces`` is the rule that ends the day before."""

    is_planned = False
    prefilled = ("topic", "governorate", "place_ar", "agency", "replaces")

    replaces = forms.ModelChoiceField(RoutingRule.objects.all(), required=False, widget=forms.HiddenInput)

    class Meta:
        model = RoutingRule
        fields = ("topic", "governorate", "place_ar", "agency", "starts_on", "ends_on", "unverified")
        formfield_callback = form_field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            del self.fields["replaces"]

    def offered(self, name: str, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Offer the topics and agencies of today."""
        match name:
            case "topic":
                return rows.filter(is_active=True)
            case "agency":
                return Agency.objects.complainable(on=self.today)
        return rows

    def clean(self) -> dict[str, Any]:
        """Ask for the first day of a rule that replaces another, a day that is still to come."""
        cleaned = super().clean()
        replaced, first = cleaned.get("replaces"), cleaned.get("starts_on")
        if replaced is not None and "starts_on" in cleaned and (first is None or first <= self._begun(replaced)):
            self.add_error("starts_on", _("Enter the day from which the rule replaces the current one"))
        return cleaned

    def _begun(self, replaced: RoutingRule) -> date:
        return max(self.today - timedelta(days=1), replaced.starts_on or date.min)

    def validate_constraints(self) -> None:
        """Check what the database checks, as if the rule that is replaced had ended."""
        if self.cleaned_data.get("replaces") is None:
            super().validate_constraints()

    def store(self, *, author: Author) -> ReferenceChange | None:
        """End the rule that is replaced the day before, and store the new one; raises ValidationError."""
        replaced = self.cleaned_data.get("replaces")
        if replaced is None:
            return super().store(author=author)
        with transaction.atomic():
            last_day = self.cleaned_data["starts_on"] - timedelta(days=1)
            reference_changes.end(replaced, author=author, on=last_day)
            self.instance.validate_constraints()
            return super().store(author=author)


RULES = DirectoryTable(
    slug="rules",
    model=RoutingRule,
    form=RuleForm,
    title=_("Routing rules"),
    add_title=_("Add a rule"),
    end_title=_("End the rule"),
    end_label=_("Last day of the rule"),
    columns=(
        Column(pgettext_lazy("of a case", "Topic"), lambda row: row.topic.name),
        Column(_("Governorate"), lambda row: row.governorate.name if row.governorate else _("Everywhere")),
        Column(_("Agency"), lambda row: row.agency.name),
        Column(_("First day"), lambda row: row.starts_on),
        Column(_("Last day"), lambda row: row.ends_on),
    ),
    joined=("topic", "governorate", "agency"),
    searched=stripped("topic__name_ar", "topic__name_en", "place_ar", "agency__name_ar", "agency__name_en"),
)
