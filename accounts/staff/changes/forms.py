"""The filter of the page of all changes of staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.staff.changes.listing import ChangesQuery
from agencies.models import Agency
from kit.forms import DayField, Form, LineField

LONGEST_NAME = 120


class ChangesForm(Form):
    """A person by name or e-mail, an agency, and the days between which a change was proposed."""

    words = LineField(max=LONGEST_NAME, required=False, label=_("Name or work e-mail"))
    agency = forms.ChoiceField(required=False, label=_("Agency"))
    since = DayField(required=False, label=_("From this day"))
    until = DayField(required=False, label=_("Until this day"))

    def __init__(self, data: Mapping[str, Any], *, agencies: Iterable[Agency]) -> None:
        super().__init__(data)
        self.agencies = {agency.code: agency for agency in agencies}
        names = [(code, agency.name) for code, agency in self.agencies.items()]
        self.offer_choices("agency", names, empty=_("All"))

    def query(self) -> ChangesQuery:
        """Return what is asked for, without the fields that cannot be read."""
        self.is_valid()
        cleaned = self.cleaned_data
        agency = self.agencies.get(cleaned.get("agency", ""))
        return ChangesQuery(
            cleaned.get("words", ""), agency.pk if agency else None, cleaned.get("since"), cleaned.get("until")
        )
