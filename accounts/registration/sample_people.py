"""The people of the embedded registry with whom a newcomer can try the registration."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.identity.registries.embedded import Person, people
from accounts.models import NumberKind

# People of the embedded registry with whom a newcomer can try the registration, and what each of them shows.
REGISTRABLE: Final = (
    ("9782006138", _("matches the register")),
    ("2003220456", _("matches the register")),
    ("9801307001", _("the birth date does not match")),
    ("9832408002", _("the register does not answer")),
)


def registrable() -> list[tuple[Person, str]]:
    """Return the people to try the registration with, each with what happens."""
    register = people()
    return [(register[NumberKind.NATIONAL, number], str(what)) for number, what in REGISTRABLE]
