"""Erasing the words and the person of a closed case; what it was, when, and how it ended stays for the figures."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.contact import CITIZEN_PREFIX, citizen_key
from accounts.mandates import changes
from accounts.models import Citizen, NumberKind, PrivacyRequest, RequestKind, RequestState, User
from complaints.attachments import fields, uploads
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
from complaints.retention import rules
from complaints.workflow import State
from kit.storage_errors import StorageUnavailable
from notifications import actions
from notifications.models import Channel

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
        rules.announce_erasing()
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
        rules.count(counts, at=at)
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
    if not Case.objects.filter(rules.not_held(on), pk=case.pk).exists():
        raise rules.Held


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


# ---- Anonymising a person whose request to delete the account was granted; resumes where it was stopped. ----


#: What nobody can type, so that no number and no telephone finds the row.
_RANDOM_BYTES: Final = 24

#: What is replaced when a person is anonymised; the keyed hashes follow their sources.
_WRITTEN: Final = (
    *("first_name", "father_name", "grandfather_name", "family_name", "number", "number_lookup", "phone"),
    *("phone_lookup", "address", "city", "email", "email_confirmed_at", "birth_date", "governorate", "notify_by"),
    *("recheck_at", "conflicts_with", "erased_at", "earlier"),
)


def end_sign_in(citizen: Citizen) -> None:
    """Let the person sign in no more and end their sessions, in the caller's transaction."""
    if citizen.user_id:
        User.objects.filter(pk=citizen.user_id).update(is_active=False, password=make_password(None))


def has_open_cases(citizen: Citizen) -> bool:
    """Tell whether a case of the person is still open."""
    return Case.objects.filter(citizen=citizen).exclude(state=State.CLOSED).exists()


def carry_out(request: PrivacyRequest, *, at: datetime) -> bool:
    """Erase the closed cases and then the person of a granted deletion; True when it is done.

    Each case is a transaction of its own, so that a run that was killed is continued by the next. Waits while the
    answer to the person has not left, and while a case is open. Raises ``holds.Held`` while a hold is in force.
    """
    citizen = request.citizen
    if rules.is_person_held(citizen, timezone.localdate(at)):
        raise rules.Held
    if actions.is_still_told(citizen_key(citizen.pk)) or has_open_cases(citizen):
        return False
    for pk in list(Case.objects.filter(citizen=citizen).order_by("pk").values_list("pk", flat=True)):
        erase_case(pk, at=at)
    with transaction.atomic():
        rules.announce_erasing()
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        if rules.is_person_held(locked, timezone.localdate(at)):
            # Set meanwhile, by somebody who has waited for no erasing.
            raise rules.Held
        if Case.objects.filter(citizen=locked).exists():
            # Filed or opened again meanwhile, by a representative or at the contact centre: it is for the next run.
            return False
        erase_person(locked, at=at)
        granted = PrivacyRequest.objects.filter(pk=request.pk, kind=RequestKind.DELETION, state=RequestState.GRANTED)
        granted.update(done_at=at)
        rules.count({"persons": 1}, at=at)
    return True


def erase_person(citizen: Citizen, *, at: datetime) -> None:
    """Replace everything that identifies a person, in the caller's transaction; repeating changes nothing."""
    if citizen.erased_at is not None:
        return
    for draft in citizen.drafts.all():
        uploads.discard(draft)
    UnsentForm.objects.filter(user=citizen.user_id).delete()
    held = rules.held_people(timezone.localdate(at))
    fields.discard_for(citizen, held)
    changes.end_all_mandates(citizen, by=None, at=at)
    # Whoever is on the line with an agent is nobody from now on: nothing more is written for the person.
    citizen.contacts.filter(ended_at=None).update(citizen=None, proven_at=None, draft=None, phone=None, proof="")
    citizen.contacts.update(phone=None, proof="")
    for request in citizen.privacy_requests.all():
        request.text = request.reason = ERASED
        request.save(update_fields=["text", "reason"])
    actions.erase_messages_to(citizen_key(citizen.pk))
    citizen.joins.update(citizen=None, told_at=Coalesce("told_at", Value(at)))
    citizen.checks.all().delete()
    citizen.acceptances.all().delete()
    citizen.data_copies.all().delete()
    citizen.first_name = citizen.family_name = citizen.address = ERASED
    citizen.father_name = citizen.grandfather_name = citizen.city = citizen.email = ""
    citizen.number, citizen.phone = secrets.token_hex(_RANDOM_BYTES), secrets.token_hex(_RANDOM_BYTES)
    citizen.birth_date, citizen.governorate, citizen.email_confirmed_at = date(1900, 1, 1), None, None
    citizen.notify_by, citizen.recheck_at, citizen.erased_at = Channel.SMS, None, at
    citizen.conflicts_with = citizen.earlier = None
    citizen.save(update_fields=_WRITTEN)
    changes.erase_words(held)
    end_sign_in(citizen)
