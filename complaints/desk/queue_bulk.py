"""The forms of the queue: the name of a saved filter, and what each bulk action needs."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import TextChoices
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _, ngettext, pgettext
from django_stubs_ext import StrPromise

from accounts.models import User
from agencies.calendar import WorkingCalendar
from agencies.models import Agency, Directorate
from complaints import reference
from complaints.actions.classification import NoActiveOfficer
from complaints.actions.consultations import NotOfTheAgency
from complaints.actions.decisions import NobodyToRemind, PromiseTooLate, RemindedToday
from complaints.actions.links import LinkRefused
from complaints.actions.notes import HeldByAnother, NotAnOfficer
from complaints.clocks import clockwork
from complaints.desk.directorate_forms import AsksNowForm
from complaints.desk.macro_runs import CaseRefused
from complaints.desk.queue_lists import Option
from complaints.desk.queue_tabs import StaffContext
from complaints.engine.transition import NotEntitled, TransitionNotAllowed
from complaints.models import Case, LinkKind
from complaints.models.annotations import TITLE_LENGTH
from complaints.models.texts import TEXT_LENGTH
from complaints.permissions import rulings
from complaints.permissions.rulings import AgencyEnded
from complaints.staff.acts import offer_directorates
from complaints.staff.forms import MOST_DAYS, AgencyChoiceForm, active_directorates
from complaints.track_record.counting import last_directorate
from complaints.workflow import Action
from kit.forms import CHOOSE, Card, ChoiceCardsField, DigitsInput, Form, LineField, NumberField, ParagraphField
from kit.safe_cells import XLSX_TYPE, FileCell, add_sheet, csv_lines, new_book, write_cell


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


# ---- One action applied to many cases of a list, each by itself: where it is refused, the others are not
# hindered.


#: Cases that one bulk action takes at most.
MOST: Final = 100
_CHOICE = re.compile(r"([0-9]{10})-([0-9]{1,9})")

#: Applies the action to one case; returns False where there was nothing to do.
type CaseAction = Callable[[Case], bool]


class CaseChanged(Exception):
    """The case has changed since the list was shown."""


@dataclass(frozen=True)
class Choice:
    """One row that was ticked: its tracking number, and the version of the case that the list showed."""

    reference: str
    version: int

    @classmethod
    def of(cls, case: Case) -> Choice:
        """Return the choice of ``case`` in its present version."""
        return cls(case.reference, case.version)

    def __str__(self) -> str:
        return f"{self.reference}-{self.version}"


def read_choices(sent: Sequence[str]) -> list[Choice]:
    """Return the rows that were ticked, each case once; what cannot be read as a choice is left out."""
    found = filter(None, map(_CHOICE.fullmatch, sent))
    chosen = {match[1]: Choice(match[1], int(match[2])) for match in found if reference.parse(match[1])}
    return list(chosen.values())


@dataclass(frozen=True)
class BulkResult:
    """What became of one choice; ``case`` is None where the person may not see it."""

    reference: str
    case: Case | None
    is_done: bool
    words: str


def visible_cases(chosen: Sequence[Choice], *, by: User, at: datetime) -> dict[str, Case]:
    """Return the chosen cases that ``by`` may see, by tracking number."""
    cases = Case.objects.visible_to(by, at=at).filter(reference__in=[choice.reference for choice in chosen])
    return {case.reference: case for case in cases.for_listing().with_recused()}


def apply(
    chosen: Sequence[Choice], action: CaseAction, *, by: User, at: datetime, locks: bool = True
) -> list[BulkResult]:
    """Apply ``action`` to each chosen case that ``by`` may see and that has not changed; return what became of each.

    Each case has a transaction of its own, so that a refusal undoes nothing but itself. Locks the case first; without
    ``locks`` the action does so itself, where it takes several cases, always in the same order.
    """
    seen = visible_cases(chosen, by=by, at=at)
    return [_apply_to(choice, seen.get(choice.reference), action, locks=locks) for choice in chosen]


def _apply_to(choice: Choice, case: Case | None, action: CaseAction, *, locks: bool) -> BulkResult:
    if case is None:
        return BulkResult(choice.reference, None, is_done=False, words=gettext("This case is not one of yours."))
    try:
        with transaction.atomic():
            rows = Case.objects.select_for_update(of=("self",)) if locks else Case.objects.all()
            if rows.values_list("version", flat=True).get(pk=case.pk) != choice.version:
                raise CaseChanged
            is_new = action(case)
    except _REFUSED as refused:
        return BulkResult(choice.reference, case, is_done=False, words=_refusal_text(refused))
    return BulkResult(
        choice.reference, case, is_done=True, words=gettext("Done.") if is_new else gettext("No change needed.")
    )


_REFUSALS: dict[type[Exception], StrPromise] = {
    CaseChanged: _("This case has changed since you opened the list. Open it to see what was done."),
    TransitionNotAllowed: _("This action is not possible in the case's current status."),
    NotEntitled: _("You are not allowed to do this to this case."),
    NotAnOfficer: _("This person is not an officer of the case's agency today, or has a conflict of interest."),
    RemindedToday: _("A reminder was already sent today."),
    NobodyToRemind: _("There is no one to remind about this case now."),
    PromiseTooLate: _("The time is past the limit of this case."),
    NoActiveOfficer: _("The agency has no active liaison officer today who could receive this case."),
    AgencyEnded: _("The agency no longer exists."),
    HeldByAnother: _("The case is with a directorate or an outside centre. It must come back first."),
    NotOfTheAgency: _("The directorate is no longer active."),
    LinkRefused: _("This case cannot be linked: it is the main case itself, is already linked, or has other links."),
}
_REFUSED: Final[tuple[type[Exception], ...]] = (CaseRefused, *_REFUSALS)


def _refusal_text(refused: Exception) -> str:
    if isinstance(refused, TransitionNotAllowed) and refused.action == Action.UNDO:
        return gettext("Its messages have been sent, or someone has changed it since: it can no longer be undone.")
    if isinstance(refused, CaseRefused):
        return str(refused)
    return next(str(words) for kind, words in _REFUSALS.items() if isinstance(refused, kind))


# ---- What can be done to many cases at once, and by whom. ----


class BulkAction(TextChoices):
    """An action applied to every case that was ticked."""

    ACCEPT = "accept", _("Accept…")
    REFER = "refer", _("Refer to an agency…")
    ASSIGN = "assign", _("Assign to an officer…")
    REMIND_OFFICER = "remind_officer", _("Remind the officer")
    REMIND_DIRECTORATE = "remind_directorate", _("Remind the directorate")
    LABEL = "label", _("Add label…")
    UNLABEL = "unlabel", _("Remove label…")
    MACRO = "macro", _("Run a macro…")
    LINK = "link", _("Link to another case…")
    EXPORT = "export", _("Save as a file…")


_OF_AGENCIES: Final = frozenset({BulkAction.ACCEPT, BulkAction.ASSIGN})
_OF_UNIT: Final = frozenset({BulkAction.REFER})


def offered_actions(staff: StaffContext) -> list[BulkAction]:
    """Return the bulk actions open to ``staff``: an agency accepts and assigns its cases, the unit refers."""
    closed = (frozenset() if staff.agencies else _OF_AGENCIES) | (frozenset() if staff.is_unit else _OF_UNIT)
    return [action for action in BulkAction if action not in closed]


# ---- Cases of the queue as a file: their numbers, days and offices, and neither words nor people. ----


COLUMN_WIDTH = 22


def exported(cases: Iterable[Case], kind: str, *, at: datetime) -> HttpResponse:
    """Return ``cases`` as a file of ``kind``, ``xlsx`` or ``csv``, to be saved."""
    rows = [_heading(), *map(_row, cases)]
    content = _workbook(rows) if kind == "xlsx" else "".join(csv_lines(rows)).encode()
    name = f"cases_{timezone.localdate(at).isoformat()}.{kind}"
    return HttpResponse(
        content,
        content_type=XLSX_TYPE if kind == "xlsx" else "text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _heading() -> list[FileCell]:
    return [
        gettext("Tracking number"),
        pgettext("case", "Kind"),
        pgettext("of a case", "Topic"),
        gettext("Agency"),
        gettext("Directorate"),
        gettext("Status"),
        gettext("Filed on"),
        gettext("Due"),
        gettext("Promised date"),
        gettext("Closed on"),
        gettext("Outcome"),
    ]


def _row(case: Case) -> list[FileCell]:
    return [
        case.reference,
        str(case.get_kind_display()),
        case.topic.name if case.topic else "",
        case.agency.name if case.agency else "",
        case.directorate.name if case.directorate else "",
        str(case.get_state_display()),
        *_days(case.filed_at, case.deadline_at, case.promised_on, case.closed_at),
        str(case.get_outcome_display()) if case.outcome else "",
    ]


def _days(*moments: datetime | date | None) -> Iterator[FileCell]:
    for moment in moments:
        day = timezone.localdate(moment) if isinstance(moment, datetime) else moment
        yield day.isoformat() if day else ""


def _workbook(rows: Iterable[Iterable[FileCell]]) -> bytes:
    stream = io.BytesIO()
    with new_book(stream, {"in_memory": True}) as book:
        sheet = add_sheet(book, gettext("Cases"))
        bold, plain = book.add_format({"bold": True}), book.add_format()
        sheet.set_column(0, len(_heading()) - 1, COLUMN_WIDTH)
        sheet.freeze_panes(1, 1)
        for line, cells in enumerate(rows):
            for place, cell in enumerate(cells):
                write_cell(sheet, line, place, cell, plain if line else bold)
    return stream.getvalue()


# ---- The forms with which many cases are accepted, referred or written to a file. ----


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
