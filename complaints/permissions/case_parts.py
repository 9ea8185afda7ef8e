"""Which of its rarer rows a case has: pages ask for them only where there are some.

Each part would cost a statement on every page, which PostgreSQL plans and the page builds; the flags cost one for all.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import Exists, Manager, OuterRef, Q

from complaints.models import (
    Attachment,
    Case,
    CaseLink,
    CaseQuerySet,
    CentreContact,
    Consultation,
    Explanation,
    Recurrence,
    ReferralTask,
    Ruling,
    TopicAnswer,
)

_OF_CASE: Final = Q(case=OuterRef("pk"))
#: The parts by name, with what makes a row one of the case.
_PARTS: Final[dict[str, tuple[Manager[Any], Q]]] = {
    "attachments": (Attachment.objects, _OF_CASE),
    "contacts": (CentreContact.objects, Q(reference=OuterRef("reference"))),
    "consultations": (Consultation.objects, _OF_CASE),
    "explanations": (Explanation.objects, _OF_CASE),
    "links": (CaseLink.objects, (_OF_CASE | Q(lead=OuterRef("pk"))) & Q(ended_at__isnull=True)),
    "recurrence": (Recurrence.objects, _OF_CASE),
    "rulings": (Ruling.objects, _OF_CASE),
    "tasks": (ReferralTask.objects, _OF_CASE),
    "topic_answers": (TopicAnswer.objects, _OF_CASE),
}


def with_parts(cases: CaseQuerySet) -> CaseQuerySet:
    """Annotate ``cases`` with what ``has_part`` reads."""
    return cases.annotate(**{f"has_{name}": Exists(rows.filter(of_case)) for name, (rows, of_case) in _PARTS.items()})


def has_part(case: Case, name: str) -> bool:
    """Tell whether ``case`` had rows of a part when it was loaded; True where it was not loaded ``with_parts``.

    For pages alone: what is decided under the lock of a case asks for the rows.
    """
    if name not in _PARTS:
        message = f"no part of a case: {name}"
        raise ValueError(message)
    return bool(getattr(case, f"has_{name}", True))
