"""Asks the registry again about citizens it gave no answer for when they registered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.identity import registries
from accounts.identity.checks import record_check
from accounts.identity.registries import IdentityClaim, RegistryFinding, RegistryOutcome
from accounts.models import Citizen, Identity
from notifications.periodic import RowRun

TASK: Final = "accounts.recheck_identities"
BATCH: Final = 50
BATCHES: Final = 20
FIRST_WAIT: Final = timedelta(minutes=5)
LONGEST_WAIT: Final = timedelta(hours=6)
IDENTITIES: Final = {RegistryOutcome.MATCHED: Identity.MATCHED, RegistryOutcome.MISMATCHED: Identity.MISMATCHED}


def recheck_due(at: datetime) -> int:
    """Ask about citizens who are due until none is left, a thousand at most; return how many got an answer.

    Stops as soon as the registry is left alone because it failed: those who wait stay due. Safe to run twice at once.
    """
    run, answered, met = RowRun(TASK, "citizen", at=at), 0, set[UUID]()
    due = run.without_waiting(Citizen.objects.filter(recheck_at__lte=at)).order_by("recheck_at")
    for _batch in range(BATCHES):
        # Nobody twice in one run: a row that fails stays due.
        keys = list(due.exclude(pk__in=met).values_list("pk", flat=True)[:BATCH])
        met.update(keys)
        for pk in keys:
            if registries.is_paused(at=at):
                return answered
            # In no transaction: the registry is asked in between.
            with run.row(pk, atomic=False):
                answered += recheck(pk, at=at)
        if not keys:
            break
    return answered


def recheck(pk: UUID, *, at: datetime) -> bool:
    """Ask about one citizen and record the answer; tell whether there was one.

    The registry is asked outside the transaction: it may take seconds, and no lock may be held that long.
    """
    citizen = Citizen.objects.filter(pk=pk, recheck_at__lte=at, identity=Identity.PENDING).first()
    if citizen is None:
        return False
    finding = registries.ask(stated_claim(citizen), at=at)
    try:
        return _settle(pk, finding, at=at)
    except IntegrityError:
        # Somebody else was matched with this number at the same moment: the second attempt finds that citizen.
        return _settle(pk, finding, at=at)


@transaction.atomic
def _settle(pk: UUID, finding: RegistryFinding, *, at: datetime) -> bool:
    citizen = Citizen.objects.select_for_update(of=("self",)).filter(pk=pk, recheck_at__lte=at).first()
    if citizen is None:
        return False
    record_check(citizen, finding, at=at)
    if finding.outcome == RegistryOutcome.UNAVAILABLE:
        citizen.recheck_at = at + _wait(citizen)
        citizen.save(update_fields=["recheck_at"])
        return False
    apply_finding(citizen, finding, at=at)
    return True


def apply_finding(citizen: Citizen, finding: RegistryFinding, *, at: datetime) -> None:
    """Write what the registry's answer means for a locked citizen; a number with another owner stays pending."""
    holder = (
        Citizen.objects.numbered(citizen.number_kind, citizen.number).matched().exclude(pk=citizen.pk).first()
        if finding.outcome == RegistryOutcome.MATCHED
        else None
    )
    citizen.conflicts_with = holder
    citizen.identity = Identity.PENDING if holder else IDENTITIES.get(finding.outcome, Identity.PENDING)
    citizen.identity_changed_at = at
    citizen.recheck_at = None
    citizen.save(update_fields=["conflicts_with", "identity", "identity_changed_at", "recheck_at"])


def _wait(citizen: Citizen) -> timedelta:
    """Return twice the last wait: a registry that is down for a day is not asked every five minutes about everybody."""
    tries = min(citizen.checks.filter(outcome=RegistryOutcome.UNAVAILABLE).count(), 10)
    return min(FIRST_WAIT * (1 << tries), LONGEST_WAIT)


def stated_claim(citizen: Citizen) -> IdentityClaim:
    """Return what the citizen says about themselves."""
    return IdentityClaim(
        number_kind=citizen.number_kind,
        number=citizen.number,
        first_name=citizen.first_name,
        father_name=citizen.father_name,
        grandfather_name=citizen.grandfather_name,
        family_name=citizen.family_name,
        birth_date=citizen.birth_date,
        nationality=citizen.nationality,
    )
