"""What the unit does about identities that no registry confirmed: decisions, merging, and the list of who waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.contact import citizen_key, owe_about_identity
from accounts.identity import registries
from accounts.identity.checks import record_check
from accounts.identity.recheck import FIRST_WAIT, apply_finding, stated_claim
from accounts.identity.registries import RegistryFinding, RegistryOutcome
from accounts.models import (
    Citizen,
    DecisionKind,
    Identity,
    IdentityCheck,
    IdentityDecision,
    IdentityView,
    PolicyAcceptance,
    PrivacyRequest,
    User,
)
from notifications.actions import hand_over

# ---- The unit's decisions about one person's identity; each is recorded with who, when and why, and the person
# is told.
#
# ``seen`` is the version of the record that whoever decides has read (``identity_version``): of two people at once,
# one wins.


#: What the unit may correct.
CORRECTABLE: Final = (
    "nationality",
    "number_kind",
    "number",
    "first_name",
    "father_name",
    "grandfather_name",
    "family_name",
    "birth_date",
)
#: The states that wait for the unit, or that it can still change.
UNPROVEN: Final = (Identity.PENDING, Identity.MISMATCHED, Identity.REJECTED)


class Outdated(Exception):
    """Somebody else, or the register, changed the record since the page was opened."""


class Refused(Exception):
    """What was asked for cannot be done; carries the sentence that says why and what to do."""

    def __init__(self, sentence: StrPromise) -> None:
        super().__init__(sentence)
        self.sentence = sentence


OWN_RECORD: Final = _("This is your own record. A colleague has to decide about it.")
NUMBER_TAKEN: Final = _(
    "Another record has proven this number. Merge the two if they are the same person, or correct the number."
)


def identity_version(citizen: Citizen) -> str:
    """Return what a page sends back, so that a decision is about the record that was read."""
    return f"{citizen.identity_changed_at.astimezone(UTC):%Y%m%d%H%M%S%f}"


def check_again(pk: UUID, *, by: User, seen: str, at: datetime) -> RegistryOutcome:
    """Ask the registry again and apply its answer; without one, it is asked again later by itself.

    The registry is asked outside the transaction. Raise ``Outdated`` and ``Refused``.
    """
    with transaction.atomic():
        claim = stated_claim(locked(pk, by=by, seen=seen))
    finding = registries.ask(claim, at=at)
    try:
        _apply_check(pk, finding, by=by, seen=seen, at=at)
    except IntegrityError:
        # The number got its owner at the same moment.
        raise Outdated from None
    return finding.outcome


@transaction.atomic
def _apply_check(pk: UUID, finding: RegistryFinding, *, by: User, seen: str, at: datetime) -> None:
    citizen = locked(pk, by=by, seen=seen)
    at = moment_after(citizen, at)
    record_check(citizen, finding, at=at)
    if finding.outcome == RegistryOutcome.UNAVAILABLE:
        citizen.recheck_at = at + FIRST_WAIT
        citizen.save(update_fields=["recheck_at"])
    else:
        apply_finding(citizen, finding, at=at)
    record(citizen, DecisionKind.CHECKED, by=by, at=at)
    if citizen.is_matched:
        owe_about_identity(citizen, "identity_confirmed", at=at)


def confirm(pk: UUID, *, by: User, proof: str, seen: str, at: datetime) -> None:
    """Take the identity as proven by what was seen. Raise ``Outdated``, and ``Refused`` if the number has an owner."""
    try:
        with transaction.atomic():
            citizen = locked(pk, by=by, seen=seen)
            if proven_owner(citizen):
                raise Refused(NUMBER_TAKEN)
            at = moment_after(citizen, at)
            _set(citizen, Identity.MATCHED, at=at)
            record(citizen, DecisionKind.CONFIRMED, by=by, at=at, reason=proof)
            owe_about_identity(citizen, "identity_confirmed", at=at)
    except IntegrityError:
        # The number got its owner at the same moment.
        raise Refused(NUMBER_TAKEN) from None


def correct(pk: UUID, details: Mapping[str, Any], *, by: User, reason: str, seen: str, at: datetime) -> list[str]:
    """Write the ``details`` that differ and let the registry be asked about them; return their names.

    A proven record is corrected only for a granted request, and is proven again by the registry; the correction carries
    out the request. Raise ``Outdated``; ``Refused`` when nothing differs.
    """
    with transaction.atomic():
        citizen = locked(pk, by=by, seen=seen, may_be_proven=True)
        changed = [name for name in CORRECTABLE if name in details and getattr(citizen, name) != details[name]]
        if not changed:
            raise Refused(_("Nothing was changed."))
        citizen.keep_earlier()
        for name in changed:
            setattr(citizen, name, details[name])
        at = moment_after(citizen, at)
        lookups = ["number_lookup"] if "number" in changed else []
        citizen.save(update_fields=[*changed, *lookups, "earlier"])
        _set(citizen, Identity.PENDING, at=at, recheck_at=at)
        made = record(citizen, DecisionKind.CORRECTED, by=by, at=at, reason=reason, fields=changed)
        PrivacyRequest.objects.to_correct().filter(citizen=citizen).update(done_at=at, correction=made)
    return changed


def may_correct(citizen: Citizen) -> bool:
    """Tell whether a record can be corrected: an unproven one always, a proven one for a granted request."""
    asked = PrivacyRequest.objects.to_correct().filter(citizen=citizen)
    return citizen.identity in UNPROVEN or (citizen.is_matched and asked.exists())


def reject(pk: UUID, *, by: User, reason: str, seen: str, at: datetime) -> None:
    """Leave the identity unproven for good, unless the person brings proof. Their cases go on. Raise ``Outdated``."""
    with transaction.atomic():
        citizen = locked(pk, by=by, seen=seen)
        if citizen.identity == Identity.REJECTED:
            raise Refused(_("This identity was already rejected."))
        at = moment_after(citizen, at)
        _set(citizen, Identity.REJECTED, at=at)
        record(citizen, DecisionKind.REJECTED, by=by, at=at, reason=reason)
        owe_about_identity(citizen, "identity_rejected", at=at)


def locked(pk: UUID, *, by: User, seen: str, may_be_proven: bool = False) -> Citizen:
    """Return the unproven record, locked, if it is still as it was ``seen``; raise ``Outdated`` or ``Refused``.

    Where it ``may_be_proven``, also one that ``may_correct`` allows to correct.
    """
    citizen = Citizen.objects.select_for_update(of=("self",)).get(pk=pk)
    is_open = may_correct(citizen) if may_be_proven else citizen.identity in UNPROVEN
    if identity_version(citizen) != seen or not is_open:
        raise Outdated
    if by.person_id == citizen.pk:
        raise Refused(OWN_RECORD)
    return citizen


def moment_after(citizen: Citizen, at: datetime) -> datetime:
    """Return ``at``, or a moment after the last change: each change makes a new version."""
    return max(at, citizen.identity_changed_at + timedelta(microseconds=1))


def proven_owner(citizen: Citizen) -> Citizen | None:
    """Return the other record that has proven this number, if there is one."""
    holders = Citizen.objects.filter(number_kind=citizen.number_kind, number_lookup=citizen.number_lookup).matched()
    return holders.exclude(pk=citizen.pk).first()


def record(
    citizen: Citizen,
    kind: DecisionKind,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    fields: Collection[str] = (),
    other: Citizen | None = None,
) -> IdentityDecision:
    """Record a decision in the caller's transaction."""
    return IdentityDecision.objects.create(
        citizen=citizen, kind=kind, by=by, at=at, reason=reason, fields=list(fields), other=other
    )


def _set(citizen: Citizen, identity: Identity, *, at: datetime, recheck_at: datetime | None = None) -> None:
    citizen.identity = identity
    citizen.identity_changed_at = at
    citizen.recheck_at = recheck_at
    citizen.conflicts_with = None
    citizen.save(update_fields=["identity", "identity_changed_at", "recheck_at", "conflicts_with"])


# ---- Merging two records of one person: what belongs to the one follows to the other, which alone can sign in
# after it.


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
    lost = locked(pk, by=by, seen=seen)
    kept = _kept(lost, into, by=by, seen=seen_other)
    _merge(lost, kept, by=by, reason=reason, at=moment_after(lost, at))


def _kept(lost: Citizen, into: UUID, *, by: User, seen: str) -> Citizen:
    kept = candidates(lost).filter(pk=into).first()
    if kept is None or identity_version(kept) != seen:
        raise Outdated
    if by.person_id == kept.pk:
        raise Refused(OWN_RECORD)
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
    record(lost, DecisionKind.MERGED, by=by, at=at, reason=reason, other=kept)
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
