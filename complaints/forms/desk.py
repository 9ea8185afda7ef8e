"""What the desk types to decide on a case: one form for each act; they clean, they change nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy as _

from agencies.models import Agency, Directorate
from complaints.competence import binding
from complaints.competence.precedents import SHORTEST_WORDS, WORDS_LENGTH, Keepsake
from complaints.deadlines import clockwork, extensions
from complaints.directorates.times import left_for
from complaints.models import RefusalReason
from complaints.models.words import TEXT_LENGTH
from config.dates import day_digits
from config.forms import Card, ChoiceCardsField, Form, LineField, NumberField, ParagraphField

if TYPE_CHECKING:
    from agencies.calendar import WorkingCalendar
    from complaints.models import Case, Clock, Consultation

#: Fewest letters of a reason or a question somebody else has to act on.
SHORTEST = 10
#: Working days nobody asks for; the topic's limit is far below.
MOST_DAYS = 365
#: Working days by which one extension can move a date.
MOST_EXTENSION_DAYS = 30


# ---- competence ----


class AcceptForm(Form):
    """The directorate and the time; ``due`` is the promised moment once the form is valid."""

    directorate = forms.ChoiceField(label=_("Directorate"))
    days = NumberField(min=1, max=MOST_DAYS, label=_("Time for the answer, in working days"))

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        case: Case,
        directorates: Sequence[Directorate],
        calendar: WorkingCalendar,
        at: datetime,
        asked: Consultation | None = None,
    ) -> None:
        """``asked`` is what a directorate was asked: it and the time it gave are filled in."""
        self.latest = clockwork.latest_promise(case, at=at, calendar=calendar)
        self.most = clockwork.promise_days(case, at=at, calendar=calendar)
        days = left_for(asked, at=at, most=self.most, calendar=calendar)
        super().__init__(data, initial={"days": days, "directorate": str(asked.directorate_id)} if asked else None)
        self.case, self.calendar, self.at = case, calendar, at
        self.due: datetime | None = None
        self.directorates = {str(one.pk): one for one in directorates}
        self._offer_directorates()
        self._say_limit()

    def _offer_directorates(self) -> None:
        if not self.directorates:
            del self.fields["directorate"]
            return
        names = [(key, one.name) for key, one in self.directorates.items()]
        self.fields["directorate"].choices = [("", _("— choose —")), *names]  # type: ignore[attr-defined]

    def _say_limit(self) -> None:
        words = {"most": f"{self.most:,}", "latest": day_digits(self.latest)}
        self.fields["days"].help_text = (
            gettext("At most %(most)s, that is until %(latest)s. Fridays, Saturdays and holidays do not count.") % words
        )

    def clean_days(self) -> int:
        """Compute the promised moment, and refuse one beyond the topic's limit."""
        days: int = self.cleaned_data["days"]
        self.due = self.calendar.due(self.at, days)
        if timezone.localdate(self.due) > self.latest:
            raise ValidationError(too_late(self.latest, self.most), code="too_late")
        return days

    def offers(self) -> list[tuple[int, date]]:
        """Return a few times an agency may promise, with the day each leads to."""
        days = sorted({min(count, self.most) for count in (1, 3, 5, self.most)})
        return [(count, timezone.localdate(self.calendar.due(self.at, count))) for count in days]

    @property
    def chosen_directorate(self) -> Directorate | None:
        """Return the directorate chosen, None where the agency has none."""
        return self.directorates.get(self.cleaned_data.get("directorate", ""))


def too_late(latest: date, most: int) -> str:
    """Return the sentence for a promise beyond the topic's limit."""
    words = {"most": f"{most:,}", "latest": day_digits(latest)}
    return gettext("The limit of this topic ends on %(latest)s: write %(most)s or less") % words


class AgencyForm(Form):
    """A form in which one of ``agencies`` is chosen, in the field that ``names_agency`` names."""

    names_agency = "agency"

    def __init__(self, data: Mapping[str, Any] | None, *, agencies: Sequence[Agency]) -> None:
        super().__init__(data)
        self.agencies = {agency.code: agency for agency in agencies}
        names = [(code, agency.name) for code, agency in self.agencies.items()]
        self.fields[self.names_agency].choices = [("", _("— choose —")), *names]  # type: ignore[attr-defined]

    @property
    def chosen_agency(self) -> Agency:
        """Return the agency chosen."""
        return self.agencies[self.cleaned_data[self.names_agency]]


class RefuseForm(AgencyForm):
    """Why the case is not the agency's, and whose it is instead; for declining and returning alike."""

    reason = ChoiceCardsField(cards=[Card(value, label) for value, label in RefusalReason.choices], label=_("Reason"))
    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST,
        rows=4,
        label=_("Explanation for the unit"),
        help_text=_("The Government Complaints Management Unit reads it and finds the right agency."),
    )
    proposed_agency = forms.ChoiceField(label=_("The agency you propose"))
    names_agency = "proposed_agency"

    def __init__(
        self, data: Mapping[str, Any] | None, *, agencies: Sequence[Agency], own: Agency | None = None
    ) -> None:
        super().__init__(data, agencies=agencies)
        if own is not None and data is not None and data.get("proposed_agency") == own.code:
            own_words = gettext("This is your own agency. Propose the one that is competent instead.")
            self.fields["proposed_agency"].error_messages["invalid_choice"] = own_words


# ---- work ----


class AskForm(Form):
    """One question to the citizen."""

    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST,
        rows=4,
        label=_("Your question to the citizen"),
        help_text=_("Ask for one thing only, and say what it is needed for."),
    )


class ExtendForm(Form):
    """A later date and the reason the citizen reads."""

    days = NumberField(
        min=1,
        max=MOST_EXTENSION_DAYS,
        label=_("Further working days"),
    )
    reason = ParagraphField(
        max=TEXT_LENGTH, min=SHORTEST, rows=4, label=_("Reason"), help_text=_("The citizen reads it.")
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, case: Case, clock: Clock, calendar: WorkingCalendar, at: datetime
    ) -> None:
        super().__init__(data)
        self.case, self.clock, self.calendar, self.at = case, clock, calendar, at
        self.most = extensions.most_days(case, clock, calendar=calendar)
        latest = extensions.latest_day(case, clock, calendar=calendar)
        words = gettext("They count from the date promised until now. At most %(most)s, that is until %(latest)s.")
        self.fields["days"].help_text = words % {"most": f"{self.most:,}", "latest": day_digits(latest)}

    def clean_days(self) -> int:
        """Refuse a date that is over already, or beyond the last day an extension can reach."""
        days: int = self.cleaned_data["days"]
        try:
            extensions.later(self.case, self.clock, days=days, at=self.at, calendar=self.calendar)
        except extensions.ExtensionPast:
            over = timezone.localdate(self.calendar.due(self.clock.due_at, days))
            words = gettext("That is %(day)s, which is over. Write more days") % {"day": day_digits(over)}
            raise ValidationError(words, code="past") from None
        except extensions.ExtensionTooLate as too_late_:
            limit = {"latest": day_digits(too_late_.latest), "most": f"{self.most:,}"}
            words = gettext("A date can be moved until %(latest)s at most: write %(most)s or less") % limit
            raise ValidationError(words, code="too_late") from None
        return days


# ---- the unit ----


class ReferForm(AgencyForm):
    """The agency the unit sends a case to; a new start of the time limit needs its reason."""

    agency = forms.ChoiceField(label=_("Refer to"))
    reason = ParagraphField(
        max=TEXT_LENGTH,
        rows=3,
        required=False,
        label=_("Reason"),
        help_text=_("The agency reads it, the citizen does not."),
    )
    resets_limit = forms.BooleanField(required=False, label=_("Count the time limit from today instead of from filing"))
    keeps = forms.BooleanField(
        required=False,
        label=_("Keep this ruling as a precedent"),
        help_text=_("It is offered with its reason to whoever files or refers a case of this topic with these words."),
    )
    words = LineField(
        max=WORDS_LENGTH,
        min=SHORTEST_WORDS,
        required=False,
        label=_("Words by which such cases are recognised"),
        help_text=_("A few words for the matter. Name no people, neither here nor in the reason."),
    )
    everywhere = forms.BooleanField(required=False, label=_("It holds in every governorate, not only in this one"))

    def __init__(self, data: Mapping[str, Any] | None, *, case: Case, agencies: Sequence[Agency]) -> None:
        super().__init__(data, agencies=agencies)
        self.is_ruling = binding.needs_ruling(case)
        if not case.bounces or case.topic is None:
            for name in ("keeps", "words", "everywhere"):
                del self.fields[name]
        elif case.governorate_id is None:
            del self.fields["everywhere"]
        self.fields["reason"].required = self.is_ruling

    def clean(self) -> dict[str, Any]:
        """Ask for the reason of a new start or of a precedent, and for the words of the latter."""
        cleaned = super().clean() or {}
        has_no_reason = "reason" in cleaned and not cleaned["reason"]
        if has_no_reason and cleaned.get("resets_limit"):
            self.add_error("reason", _("Write why the time limit starts anew"))
        elif has_no_reason and cleaned.get("keeps"):
            self.add_error("reason", _("Write the reason by which the next case is to be decided"))
        if cleaned.get("keeps") and "words" in cleaned and not cleaned["words"]:
            self.add_error("words", _("Write the words by which such cases are recognised"))
        return cleaned

    @property
    def keepsake(self) -> Keepsake | None:
        """Return under which words the ruling is kept, None where it is not."""
        if not self.cleaned_data.get("keeps"):
            return None
        everywhere = self.cleaned_data.get("everywhere", True)
        return Keepsake(self.cleaned_data["words"], everywhere=everywhere)


class ArchiveForm(Form):
    """Why this is not a case; the citizen reads it."""

    reason = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST,
        rows=4,
        label=_("Reason the citizen reads"),
        help_text=_("Say why no agency can take this on, and where the citizen can turn instead."),
    )


class IdentityForm(Form):
    """Why somebody needs to see who the person is."""

    reason = LineField(
        max=200,
        min=SHORTEST,
        label=_("Why do you need it?"),
        error_messages={"required": _("Write why you need it")},
        help_text=_("The reason is kept with your name and the time."),
    )
