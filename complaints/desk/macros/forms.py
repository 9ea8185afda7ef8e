"""The forms of macros: the name and who can use it, and what one step needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.models import User, officers_of
from agencies.models import Agency, Directorate
from complaints.desk.directorate.forms import NO_MORE
from complaints.desk.macros.owners import MacroReach
from complaints.models import MacroAct, MacroStep
from complaints.models.annotations import LABEL_LENGTH, TITLE_LENGTH
from complaints.models.macros import STEP_FIELDS
from complaints.models.texts import TEXT_LENGTH
from complaints.staff import standard_texts
from complaints.staff.forms import MOST_DAYS, SHORTEST_TEXT
from kit.forms import CHOOSE, Form, LineField, NumberField, ParagraphField

NAME_IS_TAKEN: Final = _("There is already a macro with this name. Enter another name")
#: What the text of a step is, and who reads it.
_TEXTS: Final = {
    MacroAct.NOTE: (_("Your note"), _("Your colleagues and the CMU can read this. The citizen cannot."), 1),
    MacroAct.CONSULT: (
        _("What should the directorate examine?"),
        _("The directorate reads this and the citizen's text and files, without the citizen's name and numbers."),
        SHORTEST_TEXT,
    ),
    MacroAct.ASK: (
        _("Your question to the citizen"),
        _("You can change it for each case before it is sent. Ask for one thing only, and say why you need it."),
        SHORTEST_TEXT,
    ),
}


class MacroForm(Form):
    """The name of a macro, and who can use it; the latter is asked once, of whoever may share."""

    name = LineField(
        max=TITLE_LENGTH,
        label=_("Name of the macro"),
        help_text=_("It is shown on the page of each case that it fits."),
    )
    shared = forms.ChoiceField(required=False, label=_("Who can use it"))

    def __init__(
        self, data: Mapping[str, Any] | None, *, name: str = "", agencies: Sequence[Agency] | None = None
    ) -> None:
        """``agencies`` are those it can be shared in; None where that is decided."""
        super().__init__(data, initial={"name": name})
        self.agencies = {str(agency.pk): agency for agency in agencies or ()}
        if not self.agencies:
            del self.fields["shared"]
            return
        names = [(key, agency.name) for key, agency in self.agencies.items()]
        self.offer_choices("shared", names, empty=_("Only me"))

    @property
    def agency(self) -> Agency | None:
        """Return the agency it is shared in, None where it is not."""
        return self.agencies.get(self.cleaned_data.get("shared", ""))


class StepForm(Form):
    """What one step needs: of these fields only those of its act."""

    label = LineField(
        max=LABEL_LENGTH, label=_("Label"), help_text=_("One or two words. Only staff of your agency see its labels.")
    )
    colleague = forms.ChoiceField(label=_("Officer"))
    directorate = forms.ChoiceField(label=_("Directorate"), error_messages={"invalid_choice": NO_MORE})
    days = NumberField(
        min=1,
        max=MOST_DAYS,
        required=False,
        label=_("Time for the answer, in working days"),
        help_text=_("Leave it empty for the time that the page for accepting suggests, or the limit of the topic."),
    )
    standard_text = forms.ChoiceField(
        label=_("Standard text"),
        help_text=_("It is filled in for each case, and you can change it before it is sent."),
    )
    text = ParagraphField(max=TEXT_LENGTH, rows=4)

    def __init__(self, data: Mapping[str, Any] | None, *, step: MacroStep, reach: MacroReach) -> None:
        super().__init__(data, initial=_initial(step))
        self.step, self.reach = step, reach
        for name in set(self.fields) - set(STEP_FIELDS[step.act]):
            del self.fields[name]
        self.officers = self._offer_officers() if "colleague" in self.fields else {}
        self.directorates = self._offer_directorates() if "directorate" in self.fields else {}
        self.texts = self._offer_texts() if "standard_text" in self.fields else {}
        if "text" in self.fields:
            field = self.typed_field("text", ParagraphField)
            field.label, field.help_text, field.shortest = _TEXTS[MacroAct(step.act)]

    def _offer_officers(self) -> dict[str, User]:
        found = {user.pk: user for agency in self.reach.agencies for user in officers_of(agency, self.reach.on)}
        return self._choose("colleague", {str(key): user for key, user in found.items()}, CHOOSE)

    def _offer_directorates(self) -> dict[str, Directorate]:
        rows = Directorate.objects.filter(agency__in=self.reach.agencies, is_active=True)
        none = CHOOSE
        if self.step.act == MacroAct.ACCEPT:
            self.fields["directorate"].required = False
            none = _("The one that the page for accepting suggests")
        return self._choose("directorate", {str(row.pk): row for row in rows}, none)

    def _offer_texts(self) -> dict[str, Any]:
        rows = standard_texts.readable_texts(self.reach.user, at=self.reach.at)
        return self._choose("standard_text", {str(row.pk): row for row in rows}, CHOOSE)

    def _choose[Row](self, name: str, rows: dict[str, Row], none: StrPromise) -> dict[str, Row]:
        self.offer_choices(name, [(key, str(row)) for key, row in rows.items()], empty=none)
        return rows

    @property
    def values(self) -> dict[str, Any]:
        """Return the fields of the step as they are stored."""
        rows: dict[str, Mapping[str, object]] = {
            "colleague": self.officers,
            "directorate": self.directorates,
            "standard_text": self.texts,
        }
        return {name: rows[name].get(value) if name in rows else value for name, value in self.cleaned_data.items()}


def _initial(step: MacroStep) -> dict[str, Any]:
    keys = {name: str(getattr(step, f"{name}_id") or "") for name in ("colleague", "directorate", "standard_text")}
    return {"label": step.label, "text": step.text, "days": step.days, **keys}
