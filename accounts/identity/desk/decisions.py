"""The unit's decisions about one person's identity; each is recorded with who, when and why, and the person is told.

``seen`` is the version of the record that whoever decides has read (``identity_version``): of two people at once, one
wins.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from accounts.contact import owe_about_identity
from accounts.identity import registries
from accounts.identity.checks import record_check
from accounts.identity.recheck import FIRST_WAIT, apply_finding, stated_claim
from accounts.identity.registries import RegistryFinding, RegistryOutcome
from accounts.models import Citizen, DecisionKind, Identity, IdentityDecision, PrivacyRequest, User

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
