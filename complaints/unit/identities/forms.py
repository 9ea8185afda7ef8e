"""The forms of the desk for identities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from accounts.identity.desk.decisions import identity_version
from accounts.models import Citizen, NumberKind
from accounts.registration.data import identity_details
from accounts.registration.forms import OTHER, WhoForm
from complaints.staff.forms import SHORTEST_TEXT
from kit.forms import Card, ChoiceCardsField, Form, ParagraphField

LONGEST_REASON: Final = 500


def _text(label: Any, help_text: Any) -> ParagraphField:
    return ParagraphField(max=LONGEST_REASON, min=SHORTEST_TEXT, rows=3, label=label, help_text=help_text)


class ProofForm(Form):
    """What proved who the person is."""

    reason = _text(
        _("What did you see?"),
        _("For example: the original ID card, at our counter. Do not write its number here."),
    )


class RejectForm(Form):
    """Why an identity is not accepted."""

    reason = _text(_("Reason"), _("The person reads it in their account. The agency does not."))


class CorrectForm(WhoForm):
    """The details as they should be, and why."""

    reason = _text(_("Reason"), _("What shows that the new details are right?"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, citizen: Citizen) -> None:
        super().__init__(data, initial=_as_typed(citizen))

    @property
    def details(self) -> dict[str, Any]:
        """Return the details by the names of the citizen's fields."""
        return identity_details(self.cleaned_data)


def _as_typed(citizen: Citizen) -> dict[str, Any]:
    is_national = citizen.number_kind == NumberKind.NATIONAL
    number = "national_number" if is_national else "document_number"
    names = ("first_name", "father_name", "grandfather_name", "family_name", "birth_date", "nationality")
    return {
        "citizenship": NumberKind.NATIONAL if is_national else OTHER,
        "document": "" if is_national else citizen.number_kind,
        number: citizen.number,
        **{name: getattr(citizen, name) for name in names},
    }


class MergeForm(Form):
    """Which other record is the same person, and why."""

    other = ChoiceCardsField(
        label=_("Which record stays?"),
        cards=[],
        error_messages={"required": _("Choose the record that stays")},
    )
    reason = _text(_("Reason"), _("What shows that both are the same person?"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, records: Sequence[Citizen]) -> None:
        super().__init__(data)
        cards = [
            Card(f"{record.pk}/{identity_version(record)}", record.full_name, _described(record)) for record in records
        ]
        self.fields["other"] = ChoiceCardsField(
            label=_("Which record stays?"),
            cards=cards,
            error_messages={"required": _("Choose the record that stays")},
        )
        self.order_fields(["other", "reason"])

    @property
    def chosen(self) -> tuple[str, str]:
        """Return the key of the record that stays, and its version."""
        key, _slash, version = self.cleaned_data["other"].partition("/")
        return key, version


def _described(record: Citizen) -> str:
    return f"{record.get_identity_display()} · {record.masked_number} · {record.masked_phone}"
