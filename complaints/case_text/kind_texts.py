"""How the life of each kind of case reads for its citizen, where it differs from that of a complaint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _, pgettext_lazy
from django_stubs_ext import StrPromise

from complaints.workflow import Kind, Outcome, State

_PASSES_ON = _("Passes your thanks on by")
_BEING_PASSED_ON = pgettext_lazy("status of a case", "Being passed on")

#: What the holder owes by the date of the promise card.
OWED: Final[Mapping[tuple[str, str], StrPromise]] = {
    (Kind.PRAISE, State.REFERRED): _PASSES_ON,
    (Kind.PRAISE, State.IN_PROGRESS): _PASSES_ON,
    (Kind.SUGGESTION, State.IN_PROGRESS): _("Considers your suggestion and tells you the decision by"),
    (Kind.INQUIRY, State.IN_PROGRESS): _("Answers your question by"),
}
#: The status of an open case, which is also the word of its stage.
STATUS: Final[Mapping[tuple[str, str], StrPromise]] = {
    (Kind.PRAISE, State.REFERRED): _BEING_PASSED_ON,
    (Kind.PRAISE, State.IN_PROGRESS): _BEING_PASSED_ON,
    (Kind.SUGGESTION, State.IN_PROGRESS): pgettext_lazy("status of a case", "Being considered"),
}
#: The status of a closed case.
ENDED: Final[Mapping[str, StrPromise]] = {
    Outcome.THANKED: pgettext_lazy("status of a case", "Delivered"),
    Outcome.ADOPTED: pgettext_lazy("status of a case", "Adopted"),
    Outcome.NOT_ADOPTED: pgettext_lazy("status of a case", "Not adopted"),
}
#: The title of the closing in the timeline, where it is not simply an answer.
DECIDED: Final[Mapping[str, StrPromise]] = {
    Outcome.ADOPTED: _("Decided by %(agency)s"),
    Outcome.NOT_ADOPTED: _("Decided by %(agency)s"),
}
#: The last stage while the case is open.
LAST_STAGE: Final[Mapping[str, StrPromise]] = {
    Kind.PRAISE: pgettext_lazy("status of a case", "Delivered"),
    Kind.SUGGESTION: pgettext_lazy("status of a case", "Decision"),
}
