"""The forms that link a case to another one, and that end a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from complaints import reference
from complaints.models import Case, CaseLink, LinkKind
from complaints.visibility.identity import StaffVisibility
from kit.forms import Card, ChoiceCardsField, Form, LineField

#: Longest text that can be a tracking number, with spaces or dashes in it.
LONGEST_NUMBER = 20
#: Which of the two is answered.
THIS, OTHER = "this", "other"


class LinkForm(Form):
    """The other case, by its number or from those that look alike, how they belong together, and which one leads.

    Once the form is valid ``other`` is that case. ``move`` is asked only where somebody follows the one that is to
    follow: ``asks_to_move``.
    """

    alike = ChoiceCardsField(required=False, label=_("Similar cases"))
    number = LineField(
        max=LONGEST_NUMBER,
        required=False,
        label=_("Tracking number of the other case"),
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", "autocomplete": "off"}),
    )
    kind = ChoiceCardsField(
        label=_("What kind of link is it?"),
        error_messages={"required": _("Choose the kind of link")},
        cards=[
            Card(LinkKind.SAME_PROBLEM, LinkKind.SAME_PROBLEM.label, _("One answer goes to all of them.")),
            Card(LinkKind.RELATED, LinkKind.RELATED.label, _("Each gets a separate answer.")),
        ],
    )
    leads = ChoiceCardsField(
        label=_("Which is the main case?"),
        error_messages={"required": _("Choose the main case")},
        cards=[
            Card(OTHER, _("The other case is the main case"), _("Its answer also closes this case.")),
            Card(THIS, _("This case is the main case"), _("Its answer also closes the other case.")),
        ],
    )
    move = forms.BooleanField(required=False, label=_("Move its linked cases too"))

    def __init__(
        self, data: Mapping[str, Any] | None, *, case: Case, alike: Sequence[Case], user: User, at: datetime
    ) -> None:
        super().__init__(data, initial={"kind": LinkKind.SAME_PROBLEM, "leads": OTHER})
        self.case, self.user, self.at = case, user, at
        self.other: Case | None = None
        self.asks_to_move = False
        if alike:
            reader = StaffVisibility(user, at)
            cards = [
                Card(case_.reference, reader.subject(case_), reference.grouped(case_.reference)) for case_ in alike
            ]
            self.offer("alike", cards)
        else:
            del self.fields["alike"]

    def clean_number(self) -> str:
        """Refuse what is no tracking number."""
        typed: str = self.cleaned_data["number"]
        number = reference.parse(typed) if typed else ""
        if number is None:
            raise ValidationError(_("This number is not right. A tracking number has 10 digits"), code="invalid")
        return number

    def clean(self) -> dict[str, Any]:
        """Find the other case among those the person may open."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        number = cleaned["number"] or cleaned.get("alike", "")
        if not number:
            self.add_error("number", _("Enter the tracking number of the other case"))
            return cleaned
        self.other = Case.objects.visible_to(self.user, at=self.at).filter(reference=number).first()
        if self.other is None:
            self.add_error("number", _("There is no case with this number that you can open"))
        return cleaned

    @property
    def pair(self) -> tuple[Case, Case]:
        """Return the case that follows and the one that leads."""
        assert self.other is not None  # noqa: S101 - the form is valid
        leads = self.cleaned_data["leads"] == THIS
        return (self.other, self.case) if leads else (self.case, self.other)


class UnlinkForm(Form):
    """The link to end; once the form is valid ``chosen`` is it."""

    link = ChoiceCardsField(
        label=_("Which link do you want to remove?"),
        error_messages={"required": _("Choose the link you want to remove")},
    )

    def __init__(
        self, data: Mapping[str, Any] | None, *, case: Case, links: Sequence[CaseLink], reader: StaffVisibility
    ) -> None:
        super().__init__(data, initial={"link": str(links[0].pk) if len(links) == 1 else ""})
        self.links = {str(link.pk): link for link in links}
        others = {key: link.lead if link.case_id == case.pk else link.case for key, link in self.links.items()}
        named = {key: (reader.subject(other), reference.grouped(other.reference)) for key, other in others.items()}
        self.offer("link", [Card(key, *words) for key, words in named.items()])

    @property
    def chosen(self) -> CaseLink:
        """Return the link that ends."""
        return self.links[self.cleaned_data["link"]]
