"""The forms of a consultation: the request of the officer, the estimate and the finding of the directorate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models.users import LANGUAGES
from agencies.models import Directorate
from complaints.models import Estimate
from complaints.models.texts import TEXT_LENGTH
from complaints.staff.forms import SHORTEST_TEXT, TextWithFilesForm
from kit.forms import CHOOSE, Card, ChoiceCardsField, Form, LineField, NumberField, ParagraphField

#: Working days a directorate can ask for at once; the topic's limit is far below.
MOST_DAYS = 90
#: Times given on one request; the number in a page is no larger.
MOST_TIMES = 999
SIGNATURE_LENGTH = 120


#: Why a directorate that was offered a moment ago cannot be asked.
NO_MORE = _("This directorate is no longer active. Choose another one")

IN_OTHER_HANDS = _("The case is with a directorate or an outside centre. It must come back before you ask another one.")


class AsksNowForm(Form):
    """A tick with which a directorate is asked by the same press, and what it is asked then."""

    asks_now = forms.BooleanField(required=False, label=_("Ask this directorate now"))
    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=3,
        required=False,
        label=_("What should the directorate examine?"),
        help_text=_(
            "The directorate reads this and the citizen's text and files, without the citizen's name and numbers."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the words that go with the tick."""
        cleaned = super().clean() or {}
        if cleaned.get("asks_now") and "text" in cleaned and not cleaned["text"]:
            self.add_error("text", _("Write what the directorate should examine"))
        return cleaned

    def offer_no_asking(self) -> None:
        """Leave the tick and the words out."""
        del self.fields["asks_now"], self.fields["text"]

    @property
    def request_text(self) -> str:
        """Return what the directorate is asked now, empty without the tick."""
        return str(self.cleaned_data["text"]) if self.cleaned_data.get("asks_now") else ""


class ConsultForm(Form):
    """Which directorate is asked what, and in which language its page speaks."""

    directorate = forms.ChoiceField(label=_("Directorate"), error_messages={"invalid_choice": NO_MORE})
    text = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=5,
        label=_("What should the directorate examine?"),
        error_messages={"required": _("Write what the directorate should examine")},
        help_text=_(
            "The directorate reads this and the citizen's text and files, without the citizen's name and numbers."
        ),
    )
    language = ChoiceCardsField(
        cards=[Card(code, name) for code, name in LANGUAGES], label=_("Language of the directorate's page")
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        files: Any = None,
        *,
        directorates: Sequence[Directorate],
        chosen: Directorate | None = None,
    ) -> None:
        super().__init__(data, files, initial={"language": "ar", "directorate": str(chosen.pk) if chosen else ""})
        self.directorates = {str(directorate.pk): directorate for directorate in directorates}
        names = [(key, directorate.name) for key, directorate in self.directorates.items()]
        self.offer_choices("directorate", names, empty=CHOOSE)

    @property
    def chosen_directorate(self) -> Directorate:
        """Return the directorate chosen, once the form is complete."""
        return self.directorates[self.cleaned_data["directorate"]]


class EstimateForm(Form):
    """The working days a directorate needs; other days than before need a reason."""

    number = forms.IntegerField(min_value=1, max_value=MOST_TIMES, widget=forms.HiddenInput)
    days = NumberField(
        min=1,
        max=MOST_DAYS,
        label=_("Working days you need"),
        help_text=_("They count from tomorrow. Fridays, Saturdays and holidays do not count."),
    )
    reason = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=3,
        label=_("Why do you need a different time?"),
        error_messages={"required": _("Write why you need a different time")},
        help_text=_("The officer of the agency reads it."),
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, last: Estimate | None, typed: Mapping[str, Any] | None = None
    ) -> None:
        """Ask for a reason from the second time on; ``typed`` is what somebody who was overtaken wrote."""
        following = last.number + 1 if last else 1
        super().__init__(data, initial={**(typed or {}), "number": following})
        # What was sent speaks of the page it was typed on, so that a second press is no second time.
        if (str(self.data.get("number", "")) if self.is_bound else str(following)) == "1":
            del self.fields["reason"]


class FindingForm(TextWithFilesForm):
    """What the directorate found, who writes it, and files."""

    finding = ParagraphField(
        max=TEXT_LENGTH,
        min=SHORTEST_TEXT,
        rows=7,
        label=_("Your finding"),
        help_text=_("Say what you examined and when, what the problem is, and what was done or needs to be done."),
    )
    signed_as = LineField(max=SIGNATURE_LENGTH, min=3, label=_("Your name and position"))
    field_order = ("finding", "signed_as", "attachments")


class ConsultWithFilesForm(TextWithFilesForm, ConsultForm):
    """A request to a directorate, with files that it reads with it."""


def typed_in(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the words that were sent for a request that is over, with their headings, so that nobody types twice."""
    headings = {
        "reason": _("Why do you need a different time?"),
        "finding": _("Your finding"),
        "signed_as": _("Your name and position"),
    }
    typed = ((str(heading), str(data.get(name, "")).strip()) for name, heading in headings.items())
    return [(heading, text) for heading, text in typed if text]
