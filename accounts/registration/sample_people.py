"""The people of the embedded registry with whom a newcomer can try the registration."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.identity.registries.embedded import RegisteredPerson, registered_people
from accounts.models import NumberKind

#: Their numbers, each with what happens.
SAMPLE_NUMBERS: Final = (
    ("9782006138", _("the details match the register")),
    ("2003220456", _("the details match the register")),
    ("9801307001", _("the birth date does not match")),
    ("9832408002", _("the register does not respond")),
)


def sample_people() -> list[tuple[RegisteredPerson, str]]:
    """Return these people, each with what happens when one registers as them."""
    register = registered_people()
    return [(register[NumberKind.NATIONAL, number], str(result)) for number, result in SAMPLE_NUMBERS]
