"""The forms with which many cases are accepted, referred or written to a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext

from agencies.calendar import WorkingCalendar
from agencies.models import Agency, Directorate
from complaints import reference
from complaints.clocks import clockwork
from complaints.desk.directorate.forms import AsksNowForm
from complaints.desk.queue.bulk import Choice
from complaints.models import Case
from complaints.models.texts import TEXT_LENGTH
from complaints.permissions import rulings
from complaints.staff.acts.decision_forms import offer_directorates
from complaints.staff.forms import MOST_DAYS, AgencyChoiceForm, active_directorates
from complaints.track_record.directorates import last_directorate
from kit.forms import Card, ChoiceCardsField, Form, NumberField, ParagraphField

#: Cases that are accepted together at most: somebody has read each of them.
MOST_ACCEPTED: Final = 20


class AcceptManyForm(AsksNowForm):
    """The cases of one topic that are accepted, their directorate, and the time promised for each of them.

    With the tick the directorate is asked about each of them.
    """

    field_order = ("case", "directorate", "days", "asks_now", "text")

    case = forms.MultipleChoiceField(
        label=_("Cases that you accept"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Select at least one case")},
    )
    directorate = forms.ChoiceField(label=_("Directorate"))
    days = NumberField(min=1, max=MOST_DAYS, label=_("Time for the answer, in working days"))

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        chosen: Sequence[Choice],
        own: Mapping[str, Case],
        calendar: WorkingCalendar,
        at: datetime,
    ) -> None:
        """Fill in what fits the first case and the time all allow; ``own`` are those still at the desk, by number."""
        self.own, self.calendar, self.at = own, calendar, at
        self.most = {ref: clockwork.promise_days(case, at=at, calendar=calendar) for ref, case in own.items()}
        first = next((own[one.reference] for one in chosen if one.reference in own), None)
        directorates = active_directorates(first) if first else []
        self.directorates = {str(directorate.pk): directorate for directorate in directorates}
        only = directorates[0].pk if len(directorates) == 1 else None
        usual = (last_directorate(first.agency_id, first.topic_id) if first else None) or only
        initial = {"directorate": str(usual or ""), "days": min(self.most.values(), default=None)}
        super().__init__(data, initial={**initial, "case": [str(choice) for choice in chosen]})
        self.offer_choices("case", [(str(choice), self._line(choice)) for choice in chosen])
        offer_directorates(self, self.directorates)
        if not self.directorates:
            self.offer_no_asking()

    def _line(self, choice: Choice) -> str:
        case = self.own.get(choice.reference)
        number = reference.grouped(choice.reference)
        return f"{number} – {case.topic.name}" if case and case.topic else number

    @property
    def problem(self) -> str:
        """Say why the cases cannot be accepted together; empty where they can."""
        cases = list(self.own.values())
        if not cases:
            return gettext("None of these cases waits for you to accept it")
        if len(cases) > MOST_ACCEPTED:
            text = gettext("You selected %(number)s cases. Accept at most %(most)s at once")
            return text % {"number": len(cases), "most": MOST_ACCEPTED}
        if len(agencies := {case.agency.name for case in cases if case.agency}) > 1:
            return gettext("These cases are with different agencies: %(names)s. Select one agency's cases") % {
                "names": _listed(agencies)
            }
        if len(topics := {case.topic.name if case.topic else gettext("No topic") for case in cases}) > 1:
            return gettext("These cases have different topics: %(names)s. Select cases of one topic") % {
                "names": _listed(topics)
            }
        return ""

    def clean_case(self) -> list[str]:
        """Refuse cases that cannot be accepted together."""
        if self.problem:
            raise ValidationError(self.problem, code="together")
        chosen: list[str] = self.cleaned_data["case"]
        return chosen

    def clean_days(self) -> int:
        """Refuse a time beyond the limit of any case, naming those cases."""
        days: int = self.cleaned_data["days"]
        until = timezone.localdate(self.calendar.due(self.at, days))
        late = [ref for ref, case in self.own.items() if until > self._latest(case)]
        if late:
            most = min(self.most[ref] for ref in late)
            text = ngettext(
                "This is past the limit of %(cases)s. Enter at most %(most)s working day, or leave these cases out",
                "This is past the limit of %(cases)s. Enter at most %(most)s working days, or leave these cases out",
                most,
            )
            words = {"cases": _listed(map(reference.grouped, late)), "most": f"{most:,}"}
            raise ValidationError(text % words, code="too_late")
        return days

    def _latest(self, case: Case) -> date:
        return clockwork.latest_promise(case, at=self.at, calendar=self.calendar)

    @property
    def chosen_directorate(self) -> Directorate | None:
        """Return the directorate chosen, None where the agency has none."""
        return self.directorates.get(self.cleaned_data.get("directorate", ""))


class ReferManyForm(AgencyChoiceForm):
    """The agency to which the unit refers cases, with a reason, which a ruling needs."""

    agency = forms.ChoiceField(label=_("Refer to"))
    reason = ParagraphField(
        max=TEXT_LENGTH,
        rows=3,
        required=False,
        label=_("Reason"),
        help_text=_("The agency reads it, the citizen does not."),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, agencies: Sequence[Agency], cases: Sequence[Case]) -> None:
        super().__init__(data, agencies=agencies)
        self.fields["reason"].required = any(map(rulings.needs_ruling, cases))


class ExportForm(Form):
    """The kind of file to which the selected cases are written."""

    kind = ChoiceCardsField(
        cards=[Card("xlsx", _("Excel workbook (XLSX)")), Card("csv", _("Comma-separated values (CSV)"))],
        label=_("What kind of file do you want?"),
    )

    def __init__(self, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, initial={"kind": "xlsx"})


def _listed(names: Any) -> str:
    return gettext(", ").join(sorted(names))
