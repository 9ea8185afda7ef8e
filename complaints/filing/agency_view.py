"""A draft as the agency will read it if its person stays unnamed: shown before it is sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from accounts.models import Citizen
from complaints.models import Attachment, Draft, TopicAnswer
from complaints.visibility.redaction import Person


@dataclass(frozen=True)
class AgencyView:
    """The texts of a draft without its person, and the neutral names of its files."""

    subject: str
    details: str
    employee: str
    area: str
    place: str
    answers: Sequence[tuple[str, str]]
    files: Sequence[str]

    @property
    def digest(self) -> str:
        """Return what says which texts were shown: it changes with them."""
        return hashlib.sha256(json.dumps(astuple(self)).encode()).hexdigest()[:32]


def agency_view(draft: Draft, citizen: Citizen, *, answers: Sequence[TopicAnswer]) -> AgencyView:
    """Return what the agency reads of the ``draft`` of ``citizen``; one statement for its files."""
    person = Person.of(citizen)
    attachments: Sequence[Attachment] = list(draft.attachments.all())
    return AgencyView(
        subject=person.redact(draft.subject),
        details=person.redact(draft.details),
        employee=person.redact(draft.employee),
        area=person.redact(draft.area),
        place=person.redact_place(draft.place),
        answers=[(one.question_label, person.redact(one.answer_label)) for one in answers if not one.is_personal],
        files=[attachment.plain_name for attachment in attachments if not attachment.is_voice],
    )
