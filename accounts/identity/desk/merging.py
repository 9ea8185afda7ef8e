"""Merging two records of one person: what belongs to the one follows to the other, which alone can sign in after it."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import Q

from accounts.contact import citizen_key, owe_about_identity
from accounts.identity.desk import decisions
from accounts.identity.desk.decisions import Outdated, Refused
from accounts.models import (
    Citizen,
    DecisionKind,
    Identity,
    IdentityCheck,
    IdentityDecision,
    IdentityView,
    PolicyAcceptance,
    User,
)
from notifications.actions import hand_over

#: What stays with the record it was written about: logs, and what was accepted in its name.
STAYS: Final = (IdentityCheck, IdentityDecision, IdentityView, PolicyAcceptance)


def candidates(citizen: Citizen) -> models.QuerySet[Citizen]:
    """Return the records that may be the same person: those with the same number or telephone, proven ones first."""
    same_number = Q(number_kind=citizen.number_kind, number_lookup=citizen.number_lookup)
    same = same_number | Q(phone_lookup=citizen.phone_lookup) | Q(pk=citizen.conflicts_with_id)
    found = Citizen.objects.unmerged().filter(same).exclude(pk=citizen.pk)
    return found.order_by(models.Case(models.When(identity=Identity.MATCHED, then=0), default=1), "created_at", "pk")


@transaction.atomic
def merge(pk: UUID, into: UUID, *, by: User, reason: str, seen: str, seen_other: str, at: datetime) -> None:
    """Make the unproven record ``pk`` part of ``into``: cases, drafts, messages and the link to staff follow.

    A proven record is never merged away; the database refuses it too. The account of ``pk`` can no longer sign in and
    its sessions end, unless ``into`` has none: then it gets this one. Raise ``Outdated`` and ``Refused``.
    """
    # In one order, so that two merges of the same two people do not wait for each other.
    list(Citizen.objects.select_for_update(of=("self",)).filter(pk__in=[pk, into]).order_by("pk"))
    lost = decisions.locked(pk, by=by, seen=seen)
    kept = _kept(lost, into, by=by, seen=seen_other)
    _merge(lost, kept, by=by, reason=reason, at=decisions.moment_after(lost, at))


def _kept(lost: Citizen, into: UUID, *, by: User, seen: str) -> Citizen:
    kept = candidates(lost).filter(pk=into).first()
    if kept is None or decisions.identity_version(kept) != seen:
        raise Outdated
    if by.person_id == kept.pk:
        raise Refused(decisions.OWN_RECORD)
    return kept


def _merge(lost: Citizen, kept: Citizen, *, by: User, reason: str, at: datetime) -> None:
    _move_rows(lost, kept)
    hand_over(citizen_key(lost.pk), citizen_key(kept.pk), phone=kept.phone, email=kept.confirmed_email, at=at)
    _move_account(lost, kept)
    kept.keep_earlier(lost)
    kept.save(update_fields=["earlier"])
    lost.identity = Identity.MERGED
    lost.merged_into = kept
    lost.identity_changed_at = at
    lost.recheck_at = None
    lost.conflicts_with = None
    lost.save(update_fields=["identity", "merged_into", "identity_changed_at", "recheck_at", "conflicts_with"])
    decisions.record(lost, DecisionKind.MERGED, by=by, at=at, reason=reason, other=kept)
    owe_about_identity(kept, "identity_merged", at=at)


def _move_rows(lost: Citizen, kept: Citizen) -> None:
    """Point every row of every app that names the lost record to the kept one, but for what ``STAYS``."""
    for relation in Citizen._meta.get_fields(include_hidden=True):  # noqa: SLF001 - Django's public name
        if (
            isinstance(relation, models.ManyToOneRel)
            and not relation.one_to_one
            and relation.related_model not in STAYS
        ):
            _move(relation.field, lost, kept)


def _move(field: models.Field[Any, Any], lost: Citizen, kept: Citizen) -> None:
    rows = field.model._base_manager.filter(**{field.name: lost}).exclude(pk=kept.pk)  # noqa: SLF001 - Django's public name
    for key in list(rows.values_list("pk", flat=True)):
        # Of what a person can have once, such as a draft of a kind, the kept record's own counts.
        with suppress(IntegrityError), transaction.atomic():
            rows.filter(pk=key).update(**{field.name: kept})


def _move_account(lost: Citizen, kept: Citizen) -> None:
    account = lost.user
    if account is None:
        return
    if kept.user is None:
        lost.user = None
        lost.save(update_fields=["user"])
        kept.user = account
        kept.save(update_fields=["user"])
        return
    account.is_active = False
    account.save(update_fields=["is_active"])
