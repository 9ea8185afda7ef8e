"""What a citizen writes about a case of their own, as the agency will read it: shown before it is sent.

Only to whoever stays unnamed, and only where something is covered: every other text the agency reads as it was written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django import forms

from complaints.models import Case
from complaints.visibility.redaction import Person

#: The hidden field by which a press says which text was shown.
SEEN: Final = "agency_seen"


@dataclass(frozen=True)
class AgencyPreview:
    """The texts as the agency will read them, what says that they were shown, and whether files came with them."""

    texts: tuple[str, ...]
    digest: str
    had_files: bool = False


def preview_unless_seen(case: Case, form: forms.Form, *names: str, seen: str) -> AgencyPreview | None:
    """Return how the agency will read the fields ``names`` of a valid ``form``; None where there is nothing to show.

    That is where the person is named to the agency or no agency gets the case, where nothing is covered, and where
    just this was shown: ``seen`` is the digest of what was.
    """
    if not (form.is_bound and form.is_valid()) or not case.hides_identity or _is_withheld(case):
        return None
    typed = tuple(filter(None, (str(form.cleaned_data.get(name) or "") for name in names)))
    person = Person.of(case.citizen)
    read = tuple(person.redact(text) for text in typed)
    digest = _digest(typed)
    return None if read == typed or seen == digest else AgencyPreview(read, digest)


def _is_withheld(case: Case) -> bool:
    return case.topic is not None and case.topic.withheld_from_agency


def _digest(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:32]
