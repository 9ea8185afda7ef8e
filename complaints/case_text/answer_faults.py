"""The sentences for an answer that is refused or challenged: what is wrong, or the question it leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from complaints.answer_quality.judgement import Fault
from complaints.workflow import Kind

_TEXTS: Final[Mapping[str, StrPromise]] = {
    Fault.MISSING: _("Write what it was in words"),
    Fault.GIBBERISH: _("This text cannot be understood. Write what the citizen needs to know"),
    Fault.COPIED: _("This is the citizen's own text. Write what you found or did"),
    Fault.SAME_TWICE: _("This repeats the text above. Write what was done about what you found"),
    Fault.FORMULA: _("This is a standard phrase that says nothing about this case. Write who did what, and when"),
    Fault.LANGUAGE: _("The citizen reads another language. Answer in the one of the case, Arabic or English"),
    Fault.OTHER_SUBJECT: _("This reads like an answer about something else. What is the answer to this case?"),
    Fault.RETOLD: _("This repeats what the citizen wrote. What did you find yourselves?"),
    Fault.PROMISE: _("When? Give the day, or say what has been done already"),
    Fault.REFERRAL: _("With what result? Say who was told, on which day, and what they did"),
    Fault.PROCESS: _("What was found, and what was done at the place? Who did it, and when?"),
    Fault.BLAME: _("What did you check yourselves, and what did you do about it?"),
    Fault.THANKS: _("Thanks alone are not an answer. What came of the citizen’s request?"),
    Fault.PADDING: _("This is true of every case. What was done about this one, and when?"),
    Fault.THIN: _("What was done, when, and where? Name what somebody else could check"),
}
_PRAISE: Final[Mapping[str, StrPromise]] = {
    Fault.THANKS: _("Who was thanked, when, and how?"),
    Fault.THIN: _("Who was thanked, when, and how?"),
    Fault.PROCESS: _("Who was thanked, when, and how?"),
}
_INQUIRY: Final[Mapping[str, StrPromise]] = {
    Fault.THIN: _("What is the answer to the question? Give the days, amounts and documents it asks for"),
    Fault.PROCESS: _("What is the answer to the question? Give the days, amounts and documents it asks for"),
    Fault.REFERRAL: _("What is the answer to the question? Do not send the citizen elsewhere for it"),
}
_BY_KIND: Final[Mapping[str, Mapping[str, StrPromise]]] = {Kind.PRAISE: _PRAISE, Kind.INQUIRY: _INQUIRY}


def fault_text(fault: str, *, kind: str) -> StrPromise | str:
    """Return what is said of a fault beside the field, by the kind of the case; empty for a fault of other versions."""
    return _BY_KIND.get(kind, {}).get(fault, _TEXTS.get(fault, ""))
