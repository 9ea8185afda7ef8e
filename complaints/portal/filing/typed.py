"""What was typed on a step and is not in order: kept with the draft, so that an error is answered by a redirect.

The page is then opened by a GET and shows what was typed with what is wrong: "Back" never asks to send a form again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from complaints.models import Draft

#: The longest text of one box that is kept as typed, in characters; no box takes more.
LONGEST: Final = 30_000
#: The step that asks what happened.
WHAT: Final = "what"
#: What belongs to the press and not to the person.
NOT_TYPED: Final = frozenset({"csrfmiddlewaretoken", "draft", "autosave"})


@dataclass(frozen=True)
class Typed:
    """The last press on a ``step``: what was typed, and sentences about what cannot be read from it again.

    ``said`` names what happened as it was sent, such as "too_many".
    """

    step: str
    data: QueryDict
    refused: Sequence[str] = field(default_factory=list)
    said: str = ""


def pack(step: str, data: QueryDict, *, refused: Sequence[str] = (), said: str = "") -> str:
    """Return a press as ``Draft.typed`` keeps it: plain ASCII, so that NUL and the like can be stored."""
    values = {name: [value[:LONGEST] for value in data.getlist(name)] for name in data if name not in NOT_TYPED}
    return json.dumps({"step": step, "data": values, "refused": list(map(str, refused)), "said": said})


def is_what_open(draft: Draft) -> bool:
    """Tell whether what was typed on the first step is not in order: the words that the draft has are older then."""
    return unpack(draft, WHAT) is not None


def unpack(draft: Draft, step: str) -> Typed | None:
    """Return what was typed on ``step`` and is not in order; None if nothing is."""
    if not draft.typed:
        return None
    held: dict[str, Any] = json.loads(draft.typed)
    if held["step"] != step:
        return None
    data = QueryDict(mutable=True)
    data.update(MultiValueDict(held["data"]))
    return Typed(step, data, held["refused"], held["said"])
