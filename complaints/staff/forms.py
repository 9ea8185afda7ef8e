"""What forms of several staff pages share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext, ngettext

from agencies.models import Agency, Directorate
from complaints.attachments.fields import UploadForm
from complaints.models import Case
from kit.dates import day_digits
from kit.forms import CHOOSE, Form

#: Fewest letters of a reason or a question on which somebody else has to act.
SHORTEST_TEXT = 10


#: More working days than any form takes; the limit of the topic is far below.
MOST_DAYS = 365


def too_late_text(latest: date, most: int) -> str:
    """Return the error for a promise beyond the limit of the topic."""
    words = {"most": f"{most:,}", "latest": day_digits(latest)}
    text = ngettext(
        "The limit for this topic ends on %(latest)s. Enter at most %(most)s working day",
        "The limit for this topic ends on %(latest)s. Enter at most %(most)s working days",
        most,
    )
    return text % words


def most_days_text(latest: date, most: int) -> str:
    """Return the hint beside a number of working days of which there is a highest."""
    words = {"most": f"{most:,}", "latest": day_digits(latest)}
    text = ngettext(
        "At most %(most)s working day, that is until %(latest)s. Fridays, Saturdays and holidays do not count.",
        "At most %(most)s working days, that is until %(latest)s. Fridays, Saturdays and holidays do not count.",
        most,
    )
    return text % words


class AgencyChoiceForm(Form):
    """A form in which one of ``agencies`` is chosen, in the field that ``names_agency`` names."""

    names_agency = "agency"

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        agencies: Sequence[Agency],
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=initial)
        self.agencies = {agency.code: agency for agency in agencies}
        names = [(code, agency.name) for code, agency in self.agencies.items()]
        self.offer_choices(self.names_agency, names, empty=CHOOSE)

    @property
    def chosen_agency(self) -> Agency:
        """Return the agency chosen."""
        return self.agencies[self.cleaned_data[self.names_agency]]


class TextWithFilesForm(UploadForm):
    """A text with files, which a browser sends once: they are to be chosen again where something else is wrong."""

    def clean(self) -> dict[str, Any]:
        """Say so beside the files."""
        cleaned = super().clean() or {}
        if self.errors:
            self.lose_files()
        return cleaned

    def lose_files(self) -> None:
        """Say that the files were not saved, if there are any; saying it twice is harmless."""
        if self.taken:
            self.add_error("attachments", gettext("Choose your files again: they were not saved"))
            self.taken = []


def active_directorates(case: Case) -> list[Directorate]:
    """Return the directorates of the agency of ``case`` that can be given it or asked."""
    return list(case.agency.directorates.filter(is_active=True)) if case.agency else []


def other_agencies(case: Case, *, on: date) -> list[Agency]:
    """Return the agencies to which ``case`` can go on a day: all but its own."""
    return [agency for agency in Agency.objects.complainable(on=on) if agency.pk != case.agency_id]
