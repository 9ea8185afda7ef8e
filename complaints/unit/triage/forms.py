"""The forms that refer a case to an agency, and that close it without referral."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agencies.models import Agency
from complaints.actions.precedents import SHORTEST_WORDS, WORDS_LENGTH, PrecedentDraft
from complaints.models import Case
from complaints.models.texts import TEXT_LENGTH
from complaints.permissions import rulings
from complaints.staff.forms import SHORTEST_TEXT, AgencyChoiceForm
from kit.forms import Form, LineField, ParagraphField


class ReferForm(AgencyChoiceForm):
    """The agency the unit sends a case to; a new start of the time limit needs its reason."""

    agency = forms.ChoiceField(label=_("Refer to"))
    reason = ParagraphField(
        max=TEXT_LENGTH,
        rows=3,
        required=False,
        label=_("Reason"),
        help_text=_("The agency reads it, the citizen does not."),
    )
    resets_limit = forms.BooleanField(
        required=False, label=_("Count the deadline from today instead of the filing date")
    )
    keeps = forms.BooleanField(
        required=False,
        label=_("Save this decision as a precedent"),
        help_text=_(
            "When someone files or refers a case on this topic with these words, we suggest this agency. Only staff "
            "who refer cases see your reason."
        ),
    )
    words = LineField(
        max=WORDS_LENGTH,
        min=SHORTEST_WORDS,
        required=False,
        label=_("Words that identify similar cases"),
        help_text=_("A few words that describe the matter. Do not name anyone here or in the reason."),
    )
    everywhere = forms.BooleanField(required=False, label=_("Apply it in every governorate, not only this one"))

    def __init__(
        self, data: Mapping[str, Any] | None, *, case: Case, agencies: Sequence[Agency], wished: str = ""
    ) -> None:
        super().__init__(data, agencies=agencies)
        self.fields["agency"].initial = wished if wished in self.agencies else ""
        self.is_ruling = rulings.needs_ruling(case)
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
            self.add_error("reason", _("Enter why the deadline is counted from today"))
        elif has_no_reason and cleaned.get("keeps"):
            self.add_error("reason", _("Enter the reason for deciding similar cases this way"))
        if cleaned.get("keeps") and "words" in cleaned and not cleaned["words"]:
            self.add_error("words", _("Enter the words that identify similar cases"))
        return cleaned

    @property
    def precedent(self) -> PrecedentDraft | None:
        """Return under which words the ruling is kept, None where it is not."""
        if not self.cleaned_data.get("keeps"):
            return None
        everywhere = self.cleaned_data.get("everywhere", True)
        return PrecedentDraft(self.cleaned_data["words"], everywhere=everywhere)


class ArchiveForm(Form):
    """Why this is not a case; the citizen reads it."""

    reason = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=4,
        label=_("Reason for the citizen"),
        help_text=_("Say why no agency can handle this, and where the citizen can turn instead."),
    )
