"""Anonymising a person whose request to delete the account was granted; resumes where it was stopped."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.contact import citizen_key
from accounts.mandates import changes
from accounts.models import Citizen, PrivacyRequest, RequestKind, RequestState, User
from complaints.attachments import fields, uploads
from complaints.models import ERASED, Case, UnsentForm
from complaints.retention import erasing, holds, reports
from complaints.workflow import State
from notifications import actions
from notifications.models import Channel

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
    if holds.is_person_held(citizen, timezone.localdate(at)):
        raise holds.Held
    if actions.is_still_told(citizen_key(citizen.pk)) or has_open_cases(citizen):
        return False
    for pk in list(Case.objects.filter(citizen=citizen).order_by("pk").values_list("pk", flat=True)):
        erasing.erase_case(pk, at=at)
    with transaction.atomic():
        holds.announce_erasing()
        locked = Citizen.objects.select_for_update().get(pk=citizen.pk)
        if holds.is_person_held(locked, timezone.localdate(at)):
            # Set meanwhile, by somebody who has waited for no erasing.
            raise holds.Held
        if Case.objects.filter(citizen=locked).exists():
            # Filed or opened again meanwhile, by a representative or at the contact centre: it is for the next run.
            return False
        erase_person(locked, at=at)
        granted = PrivacyRequest.objects.filter(pk=request.pk, kind=RequestKind.DELETION, state=RequestState.GRANTED)
        granted.update(done_at=at)
        reports.count({"persons": 1}, at=at)
    return True


def erase_person(citizen: Citizen, *, at: datetime) -> None:
    """Replace everything that identifies a person, in the caller's transaction; repeating changes nothing."""
    if citizen.erased_at is not None:
        return
    for draft in citizen.drafts.all():
        uploads.discard(draft)
    UnsentForm.objects.filter(user=citizen.user_id).delete()
    held = holds.held_people(timezone.localdate(at))
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
