"""The forms of the unit's desk of privacy."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import RequestState, User
from agencies.models import Agency
from complaints import reference
from complaints.models import Case, RetentionRule
from complaints.models.privacy import REASON_LENGTH, REFERENCE_LENGTH
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.forms import SHORTEST_TEXT
from complaints.workflow import Kind, Outcome
from kit.forms import (
    CHOOSE,
    DayBoxField,
    EmailField,
    Form,
    LineField,
    MomentBoxField,
    NumberField,
    ParagraphField,
    plain_digits,
)

LONGEST_REFERENCE = 20
MOST_MONTHS = 600
UNKNOWN_CASE = _("There is no case with this number. Check it.")
ANY = ("", _("Any"))
DAY_HINT = _("Day, month and year, such as 22/1/2026")


def agency_choices() -> list[tuple[str, str]]:
    """Return all agencies, those that ended too, in the order of their Arabic names."""
    return [(str(agency.pk), agency.name) for agency in Agency.objects.order_by("name_ar", "pk")]


class DecisionForm(Form):
    """Grant or refuse, with the reason that the person reads."""

    state = forms.ChoiceField(
        label=_("Decision"),
        choices=[("", CHOOSE), (RequestState.GRANTED, _("Grant")), (RequestState.REFUSED, _("Refuse"))],
    )
    reason = ParagraphField(
        max=TEXT_LENGTH, min=SHORTEST_TEXT, rows=4, label=_("Reason"), help_text=_("The person reads it.")
    )


class CaseNumberForm(Form):
    """The tracking number of a case; ``case`` is what it names."""

    ref = LineField(max=LONGEST_REFERENCE, label=_("Tracking number"))
    case: Case | None = None

    def clean_ref(self) -> str:
        """Find the case, whatever digits and spaces were typed."""
        typed: str = self.cleaned_data["ref"]
        number = reference.parse(typed)
        self.case = Case.objects.select_related("citizen").filter(reference=number).first() if number else None
        if typed and self.case is None:
            raise ValidationError(UNKNOWN_CASE, code="unknown")
        return typed


class HoldForm(CaseNumberForm):
    """A hold for legal proceedings: on a case, on a person, or on what an agency had."""

    number = LineField(
        max=LONGEST_REFERENCE,
        required=False,
        label=_("Or the national, personal or passport number of the person"),
        help_text=_("Holds everything of everybody who registered with it. The search is recorded."),
    )
    agency = forms.ChoiceField(
        label=_("Or an agency"),
        required=False,
        help_text=_("Holds every case that was ever with it, and was filed between the two days below."),
    )
    filed_since = DayBoxField(required=False, label=_("Filed from"), help_text=_("Empty: from the beginning."))
    filed_until = DayBoxField(
        required=False, label=_("Filed up to"), help_text=_("Empty: cases filed from now on too.")
    )
    field_order = (
        *("ref", "on_person", "number", "agency", "filed_since", "filed_until"),
        *("proceedings", "reason", "until"),
    )
    on_person = forms.BooleanField(required=False, label=_("Hold everything of this person, not only this case"))
    proceedings = LineField(max=REFERENCE_LENGTH, label=_("Number of the legal case or letter"))
    reason = LineField(max=REASON_LENGTH, min=SHORTEST_TEXT, label=_("Reason"))
    until = DayBoxField(
        required=False, label=_("Until"), help_text=_("Empty: until somebody lifts it. Otherwise such as 22/1/2026")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ref"].required = False
        self.offer_choices("agency", agency_choices(), empty=CHOOSE)

    def clean_number(self) -> str:
        """Return the number in plain digits."""
        return plain_digits(self.cleaned_data["number"]).upper()

    def clean(self) -> dict[str, Any]:
        """Ask for a case, a person or an agency, and not for two of them; days belong to an agency."""
        data = self.cleaned_data
        if self.errors:
            return data
        if sum(bool(data.get(name)) for name in ("ref", "number", "agency")) != 1:
            self.add_error("ref", _("Enter one of these: the number of a case, the number of a person, or an agency"))
        since, until = data.get("filed_since"), data.get("filed_until")
        if (since or until) and not data.get("agency"):
            self.add_error("agency", _("Choose the agency whose cases were filed on these days"))
        if since and until and since > until:
            self.add_error("filed_until", _("This day is before the first one"))
        return data


class LiftForm(Form):
    """Why a hold ends."""

    reason = LineField(max=REASON_LENGTH, min=SHORTEST_TEXT, label=_("Why does the hold end?"))


class RetentionRuleForm(Form):
    """A retention rule from a day on."""

    kind = forms.ChoiceField(label=_("Kind of case"), choices=[ANY, *Kind.choices], required=False)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=[ANY, *Outcome.choices], required=False)
    anonymise_months = NumberField(label=_("Anonymise after months"), min=1, max=MOST_MONTHS)
    delete_months = NumberField(
        label=_("Delete what is left after more months"),
        min=1,
        max=MOST_MONTHS,
        required=False,
        help_text=_("Empty: it is kept for the statistics."),
    )
    effective_from = DayBoxField(label=_("In effect from"), help_text=DAY_HINT)

    def clean(self) -> dict[str, Any]:
        """Refuse a second rule for the same kind, outcome and day."""
        data = self.cleaned_data
        same = {name: data.get(name) for name in ("kind", "outcome", "effective_from")}
        if not self.errors and RetentionRule.objects.filter(**same).exists():
            self.refuse_second()
        return data

    def refuse_second(self) -> None:
        """Say that there is a rule for the same kind, outcome and day."""
        self.add_error("effective_from", _("There is a rule for this kind and outcome from this day already"))


class ViewsForm(CaseNumberForm):
    """Which looks to show: at the person of a case, within some days."""

    since = DayBoxField(required=False, label=_("From"), help_text=DAY_HINT)
    until = DayBoxField(required=False, label=_("To"), help_text=DAY_HINT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ref"].required = False


class BreachForm(Form):
    """What happened."""

    what = ParagraphField(max=TEXT_LENGTH, min=SHORTEST_TEXT, rows=4, label=_("What happened, and how?"))
    known_at = MomentBoxField(label=_("When did it become known?"))
    data_concerned = ParagraphField(max=TEXT_LENGTH, min=SHORTEST_TEXT, rows=3, label=_("Which data are concerned?"))
    measures = ParagraphField(max=TEXT_LENGTH, min=SHORTEST_TEXT, rows=3, label=_("What was done about it?"))

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = at

    def clean_known_at(self) -> datetime:
        """Refuse a moment that has not come."""
        known: datetime = self.cleaned_data["known_at"]
        if known > self.at:
            raise ValidationError(_("This moment is in the future"), code="future")
        return known


class ConcernedForm(ViewsForm):
    """Whom a breach concerns: by case, agency, days, and the member of staff who looked."""

    agency = forms.ChoiceField(label=_("Agency"), required=False)
    viewer = EmailField(required=False, label=_("Work e-mail of the member of staff who looked"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [ANY, *agency_choices()]

    def clean_viewer(self) -> str:
        """Return the key of the member of staff."""
        email = self.cleaned_data["viewer"]
        found = User.objects.filter(is_staff=True, email=email.lower()).first() if email else None
        if email and found is None:
            raise ValidationError(_("No member of staff has this address"), code="unknown")
        return str(found.pk) if found else ""

    def clean(self) -> dict[str, Any]:
        """Ask for at least one filter: a list of everybody is no list."""
        if not self.errors and not any(self.cleaned_data.values()):
            self.add_error(None, _("Choose at least one filter"))
        return self.cleaned_data

    @property
    def filters(self) -> dict[str, str | int]:
        """Return the filters as they are kept with the breach."""
        data = self.cleaned_data
        days = {name: data[name].isoformat() for name in ("since", "until") if data[name]}
        chosen = {"viewer": data["viewer"], "agency": int(data["agency"]) if data["agency"] else 0}
        if self.case:
            chosen["reference"] = self.case.reference
        return {**days, **{name: value for name, value in chosen.items() if value}}


class AuthorityForm(Form):
    """That the authority was told, under which number."""

    reference = LineField(max=REFERENCE_LENGTH, label=_("Number of the notice to the authority"))
