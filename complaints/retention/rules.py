"""Which retention rule holds for a case, and since when a case or what is left of it is over."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.identity import disclosure
from accounts.models import Citizen, User
from agencies.models import Agency
from complaints.models import Case, Holding, LegalHold, RetentionReport, RetentionRule
from complaints.workflow import Kind, Outcome

type Combination = tuple[str, str]


def rules_in_effect(on: date) -> Mapping[Combination, RetentionRule]:
    """Return the rule of each kind and outcome on a day; a combination without a rule is kept. One statement."""
    newest: dict[Combination, RetentionRule] = {}
    for rule in RetentionRule.objects.filter(effective_from__lte=on).order_by("effective_from"):
        newest[rule.kind, rule.outcome] = rule
    chosen = {(kind, outcome): _most_particular(newest, kind, outcome) for kind in Kind for outcome in Outcome}
    return {pair: rule for pair, rule in chosen.items() if rule is not None}


def _most_particular(newest: Mapping[Combination, RetentionRule], kind: str, outcome: str) -> RetentionRule | None:
    candidates = ((kind, outcome), (kind, ""), ("", outcome), ("", ""))
    return next((newest[pair] for pair in candidates if pair in newest), None)


def to_anonymise(rules: Mapping[Combination, RetentionRule], at: datetime) -> Q:
    """Return the condition for closed cases whose words and person are to be erased at ``at``."""
    return _any(
        Q(kind=kind, outcome=outcome, closed_at__lte=months_before(at, rule.anonymise_months))
        for (kind, outcome), rule in rules.items()
    )


def to_delete(rules: Mapping[Combination, RetentionRule], at: datetime) -> Q:
    """Return the condition for anonymised cases of which nothing is to be left at ``at``."""
    return _any(
        Q(kind=kind, outcome=outcome, erased_at__lte=months_before(at, rule.delete_months))
        for (kind, outcome), rule in rules.items()
        if rule.delete_months is not None
    )


def _any(conditions: Iterable[Q]) -> Q:
    found = Q(pk__in=[])
    for condition in conditions:
        found |= condition
    return found


def months_before(at: datetime, months: int) -> datetime:
    """Return the same time so many months earlier, on the last day of a month that is shorter."""
    years, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=years, month=month + 1, day=min(at.day, monthrange(years, month + 1)[1]))


# ---- Holds for legal proceedings: while one is in force, nothing that belongs to it is erased. ----


#: Erasings share this lock of the database; whoever sets a hold waits until those that have begun are over.
_ERASINGS: Final = 0x686F6C64


class Held(Exception):
    """Something is not erased, because a hold for legal proceedings is in force."""


class Erased(Exception):
    """The words and the person of a case were erased: nothing is left to hold."""


def in_force(on: date) -> QuerySet[LegalHold]:
    """Return the holds that are in force on a day."""
    return LegalHold.objects.filter(Q(until__isnull=True) | Q(until__gte=on), lifted_at__isnull=True)


def not_held(on: date) -> Q:
    """Return the condition for cases that no hold on them, on their person or on an agency that had them keeps."""
    holds = in_force(on)
    filed = OuterRef("filed_at__date")
    of_agencies = holds.filter(
        Q(filed_since__isnull=True) | Q(filed_since__lte=filed),
        Q(filed_until__isnull=True) | Q(filed_until__gte=filed),
        Q(agency=OuterRef("agency"))
        | Exists(Holding.objects.filter(case=OuterRef(OuterRef("pk")), agency=OuterRef("agency"))),
        agency__isnull=False,
    )
    kept = (holds.filter(case=OuterRef("pk")), holds.filter(citizen=OuterRef("citizen")), of_agencies)
    return Q(*(~Exists(each) for each in kept))


def held_people(on: date) -> QuerySet[Citizen]:
    """Return the people whom a hold on themselves or on any of their cases keeps."""
    cases = Case.objects.filter(~not_held(on), citizen=OuterRef("pk"))
    return Citizen.objects.filter(Exists(in_force(on).filter(citizen=OuterRef("pk"))) | Exists(cases))


def is_person_held(citizen: Citizen, on: date) -> bool:
    """Tell whether a hold is in force on the person or on any of their cases."""
    return held_people(on).filter(pk=citizen.pk).exists()


def announce_erasing() -> None:
    """Keep whoever sets a hold waiting until the transaction of the caller, which erases, is over.

    Called before any row is locked, as in holds: so no two of them wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_ERASINGS])


def _wait_for_erasings() -> None:
    """Wait for the erasings that have begun, and keep others waiting until the caller's transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ERASINGS])


@dataclass(frozen=True)
class FiledSpan:
    """The days between which cases were filed, both included; None leaves an end open."""

    since: date | None
    until: date | None


@dataclass(frozen=True)
class HoldTerms:
    """Why something is held, for which proceedings, and until when, if that is known."""

    reason: str
    proceedings: str
    until: date | None


def set_hold(case: Case, terms: HoldTerms, *, on_person: bool, by: User, at: datetime) -> LegalHold:
    """Put a hold on a case, or on the person who filed it; waits for an erasing that has begun. Raises ``Erased``."""
    rows = Case.objects.locked().filter(pk=case.pk, erased_at__isnull=True)
    with transaction.atomic():
        _wait_for_erasings()
        # After a wait PostgreSQL looks for the person of before, whom another look replaces.
        locked = rows.first() or rows.first()
        if locked is None:
            raise Erased
        target: dict[str, Case | Citizen] = {"citizen": locked.citizen} if on_person else {"case": locked}
        return LegalHold.objects.create(**target, **asdict(terms), set_by=by, set_at=at)


def hold_people(number: str, terms: HoldTerms, *, by: User, at: datetime) -> list[LegalHold]:
    """Put a hold on everybody who registered with a document number; empty if nobody did.

    The search is recorded. Waits for an erasing that has begun.
    """
    with transaction.atomic():
        _wait_for_erasings()
        people = list(Citizen.objects.with_number(number).select_for_update(of=("self",)).order_by("pk"))
        disclosure.record_search(number, people, viewer=by, within_reach={one.pk for one in people}, at=at)
        held = [LegalHold(citizen=one, **asdict(terms), set_by=by, set_at=at) for one in people]
        return LegalHold.objects.bulk_create(held)


def hold_agency(agency: Agency, filed: FiledSpan, terms: HoldTerms, *, by: User, at: datetime) -> LegalHold:
    """Put a hold on all cases that were ever with an agency and filed in a span; waits for erasings that have begun."""
    with transaction.atomic():
        _wait_for_erasings()
        span = {"filed_since": filed.since, "filed_until": filed.until}
        return LegalHold.objects.create(agency=agency, **span, **asdict(terms), set_by=by, set_at=at)


def lift_hold(hold: LegalHold, *, reason: str, by: User, at: datetime) -> bool:
    """End a hold before its day; False where somebody has ended it already."""
    is_open = LegalHold.objects.filter(pk=hold.pk, lifted_at__isnull=True)
    return bool(is_open.update(lifted_at=at, lifted_by=by, lift_reason=reason))


def newest_holds() -> QuerySet[LegalHold]:
    """Return all holds, those in force first, with what a list shows."""
    related = LegalHold.objects.select_related("case", "citizen", "agency", "set_by", "lifted_by")
    return related.order_by("lifted_at", "-set_at", "-pk")


def is_in_force(hold: LegalHold, *, at: datetime) -> bool:
    """Tell whether a hold is in force at ``at``."""
    return hold.lifted_at is None and (hold.until is None or hold.until >= timezone.localdate(at))


# ---- The report of what retention did: counts by day and kind, never a person. ----


def count(counts: Mapping[str, int], *, at: datetime) -> None:
    """Add to the report of the day, in the transaction of what is counted; the row is locked until it ends."""
    day = timezone.localdate(at)
    with transaction.atomic():
        RetentionReport.objects.get_or_create(day=day)
        report = RetentionReport.objects.select_for_update().get(day=day)
        report.counts = dict(Counter(report.counts) + Counter(counts))
        report.save(update_fields=["counts"])
