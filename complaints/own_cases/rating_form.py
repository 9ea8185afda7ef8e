"""The form on which a citizen says whether the answer helped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from accounts.rate_limits import HOUR, RateLimit
from complaints.models import Rating, Solved
from complaints.models.texts import TEXT_LENGTH
from complaints.workflow import Kind
from kit.forms import Card, ChoiceCardsField, Form, ParagraphField

#: More ratings by one account than anybody gives.
SENT_BY_ACCOUNT: Final = RateLimit("rating_sent_by", 20, HOUR)
#: How the citizen answers: the labels of ``Solved`` are those of staff.
SOLVED_CARDS = (
    Card(Solved.YES, pgettext_lazy("was it solved?", "Yes")),
    Card(Solved.PARTLY, pgettext_lazy("was it solved?", "Partly")),
    Card(Solved.NO, pgettext_lazy("was it solved?", "No")),
)
TREATED_CARDS = (
    Card("1", _("Very badly")),
    Card("2", _("Badly")),
    Card("3", _("Neither well nor badly")),
    Card("4", _("Well")),
    Card("5", _("Very well")),
)


class RatingForm(Form):
    """Whether it is solved, how the citizen was treated, and words; ``count`` is how often it was rated before."""

    solved = ChoiceCardsField(
        cards=SOLVED_CARDS, label=_("Is the problem solved?"), error_messages={"required": _("Choose one of the three")}
    )
    treated = ChoiceCardsField(cards=TREATED_CARDS, required=False, label=_("How were you treated?"))
    text = ParagraphField(
        max=TEXT_LENGTH,
        rows=3,
        required=False,
        label=_("What do you want to say about it?"),
        help_text=_("The agency can read this. If the problem is not solved, say what is still missing."),
    )
    count = forms.IntegerField(required=False, widget=forms.HiddenInput())

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, kind: str, count: int, rating: Rating | None = None
    ) -> None:
        initial: dict[str, Any] = {"count": count}
        if rating is not None:
            initial |= {"solved": rating.solved, "treated": str(rating.treated or ""), "text": rating.text}
        super().__init__(data, initial=initial)
        if kind != Kind.COMPLAINT:
            self.fields["solved"].label = _("Did the answer help you?")

    @property
    def said(self) -> dict[str, Any]:
        """Return what the citizen says, as ``rate`` takes it."""
        treated = self.cleaned_data["treated"]
        return {
            "solved": self.cleaned_data["solved"],
            "treated": int(treated) if treated else None,
            "text": self.cleaned_data["text"],
            "count": self.cleaned_data["count"] or 0,
        }
