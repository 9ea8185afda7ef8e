"""Who did something on a case for its citizen: a representative by a mandate, with both people named."""

from __future__ import annotations

from django.utils.translation import gettext

from accounts.models import Mandate


def spoken_by(mandate: Mandate | None) -> str:
    """Return who spoke for whom, for these two people; empty for a citizen who acted in person."""
    if mandate is None:
        return ""
    names = {
        "representative": mandate.representative.full_name if mandate.representative else "",
        "ground": mandate.get_ground_display(),
        "person": mandate.person.full_name if mandate.person else "",
    }
    return gettext("%(representative)s (%(ground)s) for %(person)s") % names


def spoken_for_citizen(mandate: Mandate | None) -> str:
    """Return who acted, for staff: the names stand where the citizen's does, and not in the history."""
    if mandate is None:
        return gettext("the citizen")
    return gettext("a representative (%(ground)s) for the citizen") % {"ground": mandate.get_ground_display()}
