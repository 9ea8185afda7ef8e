"""Erasing the words and the person of a closed case; what it was, when, and how it ended stays for the figures."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Q, Value, When
from django.utils import timezone

from accounts.contact import CITIZEN_PREFIX
from accounts.models import Citizen, NumberKind
from complaints.models import (
    ERASED,
    Addition,
    Answer,
    Attachment,
    Case,
    CentreReport,
    Consultation,
    DoomedFile,
    Estimate,
    Explanation,
    Extension,
    FormerRating,
    Handover,
    Label,
    Note,
    Objection,
    Question,
    Rating,
    Recusal,
    ReferralTask,
    Refusal,
    Revision,
    Ruling,
    TextSalt,
    TopicAnswer,
    UnsentForm,
)
from complaints.retention import holds, reports
from complaints.workflow import State
from kit.storage_errors import StorageUnavailable
from notifications import actions

logger = logging.getLogger(__name__)

#: The person of all anonymised cases: nobody.
NOBODY: Final = UUID("00000000-0000-4000-8000-000000000000")
#: How the recipients of messages with words of a case begin: the citizen, centres and agencies' own systems.
TOLD_OF_CASES: Final = (CITIZEN_PREFIX, "centre:", "agency:")
#: The columns with what people wrote, by table; the triggers of 0003 name the same.
WORDS: Final[Mapping[type[models.Model], Sequence[str]]] = {
    Answer: ("found", "done", "sent_because"),
    Question: ("text", "reply"),
    Refusal: ("text",),
    Extension: ("reason",),
    Objection: ("text", "reasons"),
    Addition: ("text",),
    Rating: ("text",),
    FormerRating: ("text",),
    Revision: ("subject", "details", "area", "place"),
    Ruling: ("text",),
    Note: ("text",),
    Explanation: ("question", "answer"),
    Recusal: ("text", "end_text"),
    Consultation: ("text", "finding", "signed_as"),
    ReferralTask: ("text", "answer", "reason"),
    Handover: ("reference", "given_reference", "answer"),
    CentreReport: ("text",),
}
#: Rows that hold nothing but words.
ROWS: Final[Sequence[type[models.Model]]] = (TopicAnswer, Label)
DELETE_AT_ONCE: Final = 200


def erase_case(pk: int, *, at: datetime) -> bool:
    """Erase the words, files, messages and person of a closed case, and count it, in one transaction; tell whether.

    Nothing happens to a case that is open or erased already. Raises ``holds.Held`` while a hold is in force. The files
    are deleted from the storage by ``delete_files``, whose list is written here.
    """
    with transaction.atomic():
        holds.announce_erasing()
        case = Case.objects.locked().filter(pk=pk, state=State.CLOSED, erased_at__isnull=True).first()
        if case is None:
            return False
        _refuse_held(case, timezone.localdate(at))
        counts = {
            f"case {case.kind} {case.outcome}": 1,
            "files": _doom_files(case, at),
            "messages": sum(actions.erase_messages_about(case.reference, to=to) for to in TOLD_OF_CASES),
        }
        _erase_words(case)
        Case.objects.filter(pk=case.pk).update(
            **_erased("subject", "details", "area", "place", "employee"),
            latitude=None,
            longitude=None,
            citizen=nobody(at),
            erased_at=at,
        )
        reports.count(counts, at=at)
        return True


def nobody(at: datetime) -> Citizen:
    """Return the person to whom anonymised cases belong, making the row the first time."""
    defaults: dict[str, Any] = {
        "number_kind": NumberKind.PASSPORT,
        "number": ERASED,
        "phone": ERASED,
        "first_name": ERASED,
        "family_name": ERASED,
        "birth_date": date(1900, 1, 1),
        "identity_changed_at": at,
        "created_at": at,
        "erased_at": at,
    }
    return Citizen.objects.get_or_create(pk=NOBODY, defaults=defaults)[0]


def delete_files() -> int:
    """Delete stored files whose rows are gone, then their entries in the list; return how many. Safe to repeat.

    While the storage is away, the files stay in the list and wait for the next run.
    """
    count = 0
    for doomed in list(DoomedFile.objects.order_by("pk")[:DELETE_AT_ONCE]):
        try:
            default_storage.delete(doomed.name)
        except (StorageUnavailable, OSError) as error:
            logger.error("Erased files could not be deleted.", extra={"error": type(error).__name__})  # noqa: TRY400
            break
        doomed.delete()
        count += 1
    return count


def _refuse_held(case: Case, on: date) -> None:
    if not Case.objects.filter(holds.not_held(on), pk=case.pk).exists():
        raise holds.Held


def _doom_files(case: Case, at: datetime) -> int:
    attachments = Attachment.objects.filter(Q(case=case) | Q(prepared_for=case))
    names = [str(name) for name in attachments.values_list("file", flat=True)]
    DoomedFile.objects.bulk_create([DoomedFile(name=name, added_at=at) for name in names], ignore_conflicts=True)
    attachments.delete()
    return len(names)


def _erase_words(case: Case) -> None:
    for model, columns in WORDS.items():
        rows = model._default_manager.filter(case=case)  # noqa: SLF001 - the manager of a model held as a value
        rows.update(**_erased(*columns))
    Answer.objects.filter(case=case).update(likeness="")
    # With its salt a fingerprint would tell a short text to whoever tries all of them.
    TextSalt.objects.filter(event__case=case).delete()
    Revision.objects.filter(case=case).update(answers=[])
    UnsentForm.objects.filter(case=case).delete()
    Estimate.objects.filter(consultation__case=case).update(**_erased("reason"))
    for model in ROWS:
        model._default_manager.filter(case=case).delete()  # noqa: SLF001 - the same


def _erased(*columns: str) -> dict[str, models.Case]:
    """Return the update that puts the mark where there are words; an empty column stays empty."""
    return {
        column: models.Case(
            When(**{column: ""}, then=Value("")), default=Value(ERASED), output_field=models.TextField()
        )
        for column in columns
    }
