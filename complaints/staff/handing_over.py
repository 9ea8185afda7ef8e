"""Handing a case to an outside centre as staff see it: the form, the centres offered, and how a handover stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy as _
from django_stubs_ext import StrPromise

from agencies.models import CentreMeaning, OutsideCentre
from complaints.engine import holders
from complaints.models import Case, CentreReport, Handover, HandoverWay
from kit.forms import CHOOSE, Form, LineField
from notifications import programs
from notifications.models import Endpoint, Message, MessageState

#: Longest number under which a centre outside keeps a case.
REFERENCE_LENGTH = 60
_WAYS: Final[Mapping[str, StrPromise]] = {
    HandoverWay.PHONE: _("%(centre)s – call %(phone)s"),
    HandoverWay.EMAIL: _("%(centre)s – gets an e-mail, %(phone)s"),
    HandoverWay.WEBHOOK: _("%(centre)s – gets the case at once, %(phone)s"),
}


@dataclass(frozen=True)
class OfferedCentre:
    """A centre that a case can be handed to, and how it learns of it."""

    centre: OutsideCentre
    way: HandoverWay

    @property
    def text(self) -> str:
        """Return the line in which the form offers it."""
        return str(_WAYS[self.way]) % {"centre": self.centre.name, "phone": self.centre.phone}


def offered_centres(case: Case) -> list[OfferedCentre]:
    """Return the centres, those of the case's own agency first; two statements."""
    centres = OutsideCentre.objects.filter(is_active=True).order_by("code")
    called = set(Endpoint.objects.filter(is_active=True).exclude(url="").values_list("name", flat=True))
    offered = [OfferedCentre(centre, _way(centre, called)) for centre in centres]
    return sorted(offered, key=lambda one: one.centre.agency_id != case.agency_id)


def _way(centre: OutsideCentre, called: set[str]) -> HandoverWay:
    if holders.program_name(centre) in called:
        return HandoverWay.WEBHOOK
    return HandoverWay.EMAIL if centre.email else HandoverWay.PHONE


class HandOverForm(Form):
    """The centre that gets a case, and its own number for it, where somebody calls it."""

    centre = forms.ChoiceField(label=_("Outside centre"))
    reference = LineField(
        max=REFERENCE_LENGTH,
        required=False,
        label=_("The centre's number for this case"),
        help_text=_(
            "The number that the centre gave you on the phone. A centre with an interface gives it automatically."
        ),
    )

    def __init__(self, data: Mapping[str, Any] | None, *, offered: Sequence[OfferedCentre]) -> None:
        super().__init__(data)
        self.offered = {one.centre.code: one for one in offered}
        names = [(code, one.text) for code, one in self.offered.items()]
        self.offer_choices("centre", names, empty=CHOOSE)

    def clean(self) -> dict[str, Any]:
        """Ask for the number of a centre that learns of the case by phone alone."""
        cleaned = super().clean() or {}
        one = self.offered.get(cleaned.get("centre", ""))
        if one and one.way == HandoverWay.PHONE and "reference" in cleaned and not cleaned["reference"]:
            text = gettext("Call the centre and enter the number it gave you")
            self.add_error("reference", ValidationError(text, code="required"))
        return cleaned

    @property
    def chosen(self) -> OutsideCentre:
        """Return the centre chosen."""
        return self.offered[self.cleaned_data["centre"]].centre


# ---- how a handover stands ----


@dataclass(frozen=True)
class HandoverStatus:
    """How an open handover stands: whether the centre has the case, what it said last, and whether it is down."""

    handed: Handover
    message: Message | None
    last: CentreReport | None
    down_since: datetime | None
    is_down: bool

    @property
    def arrival(self) -> str:
        """Say whether the centre has learnt of the case."""
        if self.message is None:
            return gettext("The centre was called.")
        match self.message.state:
            case MessageState.ACCEPTED | MessageState.DELIVERED:
                return gettext("The centre has the case.")
            case MessageState.UNDELIVERABLE:
                return gettext("The centre's interface refused the case. Call the centre.")
        return gettext("The case is on its way to the centre.")

    @property
    def meaning(self) -> str:
        """Say what the last report means; the centre's own word where it has no meaning here."""
        if self.last is None:
            return ""
        return str(CentreMeaning(self.last.meaning).label) if self.last.meaning else self.last.word


def handover_status(case: Case, *, at: datetime) -> HandoverStatus | None:
    """Return how the handover of ``case`` stands; None where no centre has it. At most six statements."""
    handed = holders.open_handover(case)
    if handed is None:
        return None
    endpoint = Endpoint.objects.filter(name=holders.program_name(handed.centre)).first()
    status = programs.program_status(endpoint, at=at)[0] if endpoint and handed.way == HandoverWay.WEBHOOK else None
    return HandoverStatus(
        handed=handed,
        message=holders.handover_message(handed),
        last=handed.reports.order_by("-said_at", "-id").first(),
        down_since=status.down_since if status else None,
        is_down=status is not None and status.is_down,
    )
