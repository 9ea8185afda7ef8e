"""Everything that is done to a phenomenon; each change locks it, compares the version and writes an entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import floor, sqrt
from typing import Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from accounts.models import User
from accounts.roles import CMU, LADDER, READERS as DESKS, REPORT_READERS
from agencies.models import Agency, Governorate, Topic
from complaints.attachments import uploads
from complaints.models import Attachment, Case
from reports.models import (
    Phenomenon,
    PhenomenonCase,
    PhenomenonEntry,
    PhenomenonEntryKind,
    PhenomenonFile,
    PhenomenonState,
)

#: What is still looked after.
LIVE = frozenset({PhenomenonState.PROPOSED, PhenomenonState.ACCEPTED})


class PhenomenonChanged(Exception):
    """Somebody changed the phenomenon since the page was opened, or decided on it."""


@dataclass(frozen=True)
class Description:
    """What the unit says of a phenomenon."""

    name: str
    cause: str
    recommendation: str
    topic: Topic | None
    governorate: Governorate | None
    owner: Agency | None


def record(
    phenomenon: Phenomenon,
    kind: PhenomenonEntryKind,
    *,
    by: User | None,
    at: datetime,
    text: str = "",
    due_on: date | None = None,
    directive: int | None = None,
) -> PhenomenonEntry:
    """Write the next entry of a phenomenon that is locked or new, and return it."""
    phenomenon.version += 1
    phenomenon.save(update_fields=["version"])
    return PhenomenonEntry.objects.create(
        phenomenon=phenomenon,
        number=phenomenon.version,
        kind=kind,
        text=text,
        due_on=due_on,
        directive_id=directive,
        by=by,
        at=at,
    )


def record_by_hand(said: Description, *, by: User, at: datetime) -> Phenomenon:
    """Record a phenomenon that somebody of the unit saw."""
    with transaction.atomic():
        phenomenon = Phenomenon.objects.create(**vars(said), state=PhenomenonState.ACCEPTED, proposed_at=at, version=0)
        record(phenomenon, PhenomenonEntryKind.RECORDED, by=by, at=at)
    return phenomenon


def describe(key: int, said: Description, *, version: int, by: User, at: datetime) -> None:
    """Accept a proposal with what the unit says of it, or change that; another owner has committed to nothing yet."""
    with _change(key, version) as phenomenon:
        fields = {**vars(said), "state": PhenomenonState.ACCEPTED}
        if said.owner != phenomenon.owner:
            fields |= {"commitment": "", "committed_at": None, "due_on": None}
        _set(phenomenon, **fields)
        record(phenomenon, PhenomenonEntryKind.DESCRIBED, by=by, at=at, text=said.name)


def dismiss(key: int, *, reason: str, version: int, by: User, at: datetime) -> None:
    """Say that it is none, with the reason; the nightly search does not propose the same cases again."""
    with _change(key, version) as phenomenon:
        _set(phenomenon, state=PhenomenonState.DISMISSED)
        record(phenomenon, PhenomenonEntryKind.DISMISSED, by=by, at=at, text=reason)


def merge(key: int, *, into: int, reason: str, version: int, by: User, at: datetime) -> None:
    """Let another phenomenon that is looked after have the cases of this one; raises ``PhenomenonChanged``."""
    with transaction.atomic():
        # Both in one order, so that two merges cannot wait for each other.
        both = {
            each.pk: each for each in Phenomenon.objects.select_for_update().filter(pk__in=[key, into]).order_by("pk")
        }
        phenomenon, target = both.get(key), both.get(into)
        if phenomenon is None or target is None or target.state not in LIVE or phenomenon == target:
            raise PhenomenonChanged
        if phenomenon.state not in LIVE or phenomenon.version != version:
            raise PhenomenonChanged
        _set(phenomenon, state=PhenomenonState.MERGED, merged_into=target)
        rows = phenomenon.cases.filter(removed_at=None).values_list("case", flat=True)
        PhenomenonCase.objects.bulk_create(
            [PhenomenonCase(phenomenon=target, case_id=case, joined_at=at, joined_by=by) for case in rows],
            ignore_conflicts=True,
        )
        record(phenomenon, PhenomenonEntryKind.MERGED, by=by, at=at, text=reason)
        record(target, PhenomenonEntryKind.MERGED, by=by, at=at, text=phenomenon.name)


def commit_to(key: int, *, text: str, due_on: date, version: int, by: User, at: datetime) -> None:
    """Write down what the owner commits itself to, and until when."""
    with _change(key, version) as phenomenon:
        if phenomenon.owner is None:
            raise PhenomenonChanged
        _set(phenomenon, commitment=text, committed_at=at, due_on=due_on)
        record(phenomenon, PhenomenonEntryKind.COMMITTED, by=by, at=at, text=text, due_on=due_on)


def add_evidence(
    key: int, *, text: str, version: int, by: User, at: datetime, files: Sequence[Attachment] = ()
) -> None:
    """Write down what shows the cause, or what was done, with files; raises ``NotStored`` if they cannot be kept."""
    with _change(key, version) as phenomenon:
        entry = record(phenomenon, PhenomenonEntryKind.EVIDENCE, by=by, at=at, text=text)
        uploads.keep_for_staff(files, by=by)
        PhenomenonFile.objects.bulk_create([PhenomenonFile(entry=entry, attachment=file) for file in files])


def join(key: int, case: Case, *, version: int, by: User, at: datetime) -> None:
    """Add a case; one that was removed comes back."""
    with _change(key, version) as phenomenon:
        PhenomenonCase.objects.update_or_create(
            phenomenon=phenomenon, case=case, defaults={"joined_at": at, "joined_by": by, "removed_at": None}
        )
        record(phenomenon, PhenomenonEntryKind.JOINED, by=by, at=at, text=case.reference)


def remove(key: int, case: Case, *, version: int, by: User, at: datetime) -> None:
    """Remove a case, which the nightly search does not join again."""
    with _change(key, version) as phenomenon:
        phenomenon.cases.filter(case=case, removed_at=None).update(removed_at=at)
        record(phenomenon, PhenomenonEntryKind.REMOVED, by=by, at=at, text=case.reference)


def note_directive(key: int, directive: int, *, by: User, at: datetime) -> None:
    """Write down that a directive was issued because of the phenomenon, whatever its version."""
    with transaction.atomic():
        phenomenon = Phenomenon.objects.select_for_update().get(pk=key)
        record(phenomenon, PhenomenonEntryKind.DIRECTIVE, by=by, at=at, directive=directive)


def filed_days(phenomenon: Phenomenon) -> list[date]:
    """Return the days on which its cases were filed."""
    rows = phenomenon.cases.filter(removed_at=None).values_list("case__filed_at", flat=True)
    return [timezone.localdate(filed_at) for filed_at in rows]


@contextmanager
def _change(key: int, version: int) -> Iterator[Phenomenon]:
    """Lock a phenomenon that is looked after; raises ``PhenomenonChanged`` if the page is older than it."""
    with transaction.atomic():
        phenomenon = Phenomenon.objects.select_for_update(of=("self",)).select_related("owner").get(pk=key)
        if phenomenon.version != version or phenomenon.state not in LIVE:
            raise PhenomenonChanged
        yield phenomenon


def _set(phenomenon: Phenomenon, **fields: object) -> None:
    for name, value in fields.items():
        setattr(phenomenon, name, value)
    phenomenon.save(update_fields=list(fields))


# ---- Who reads phenomena, and who does what to them. ----


#: Who reads any phenomenon at all.
READERS = REPORT_READERS | DESKS
#: Who commits an agency: its supervisor and those above.
COMMITTERS = frozenset(LADDER)


def visible_to(user: User, at: datetime) -> QuerySet[Phenomenon]:
    """Return what ``user`` reads: all, or what the unit accepted and gave to an agency of theirs."""
    if reads_all(user, at):
        return Phenomenon.objects.all()
    return Phenomenon.objects.filter(owner__in=user.authority(at).agencies(DESKS), state=PhenomenonState.ACCEPTED)


def reads_all(user: User, at: datetime) -> bool:
    """Tell whether ``user`` reads all phenomena and the number of their cases, however few."""
    return user.authority(at).has(REPORT_READERS)


def may_edit(user: User, phenomenon: Phenomenon, at: datetime) -> bool:
    """Tell whether ``user`` is of the unit and it is still looked after."""
    return phenomenon.state in LIVE and user.authority(at).has(CMU)


def may_commit(user: User, phenomenon: Phenomenon, at: datetime) -> bool:
    """Tell whether ``user`` may commit the owner: its supervisor, or somebody above."""
    is_theirs = phenomenon.owner_id in user.authority(at).agencies(COMMITTERS)
    return is_theirs and phenomenon.state == PhenomenonState.ACCEPTED


def may_add_evidence(user: User, phenomenon: Phenomenon, at: datetime) -> bool:
    """Tell whether ``user`` may write evidence: the unit, and whoever commits the owner."""
    return may_edit(user, phenomenon, at) or may_commit(user, phenomenon, at)


# ---- What became of a phenomenon's inflow after the commitment, beside what chance alone would bring. ----


#: Weeks before the commitment, and at most after it, that are compared.
WEEKS: Final = 12
#: Whole weeks after the commitment, and cases before it, from which anything is said.
FEWEST_WEEKS: Final = 2
FEWEST_CASES: Final = 10
_WEEK: Final = timedelta(days=7)
#: The quantile of a 95 % interval.
_Z: Final = 1.96


@dataclass(frozen=True)
class Effect:
    """Cases a week before and after, and between which numbers chance alone would leave those after."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    low: int
    high: int

    @property
    def is_enough(self) -> bool:
        """Tell whether there are weeks and cases enough to say anything."""
        return len(self.after) >= FEWEST_WEEKS and sum(self.before) >= FEWEST_CASES

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return what the figures say, and no more."""
        if not self.is_enough:
            return (gettext("It is too early, or there are too few cases, to compare the time after the commitment."),)
        text = ngettext(
            "In the week after the commitment there were %(after)s cases. Without any change, chance alone "
            "would bring between %(low)s and %(high)s.",
            "In the %(weeks)s weeks after the commitment there were %(after)s cases. Without any change, chance alone "
            "would bring between %(low)s and %(high)s.",
            len(self.after),
        )
        number = sum(self.after)
        words = {"weeks": len(self.after), "after": number, "low": self.low, "high": self.high}
        return (text % words, self._verdict(number))

    def _verdict(self, number: int) -> str:
        if number < self.low:
            return gettext("That is fewer than chance explains. The figures do not say why.")
        if number > self.high:
            return gettext("That is more than chance explains. The figures do not say why.")
        return gettext("That is within what chance alone brings.")


def effect(filed: Sequence[date], *, committed_on: date, today: date) -> Effect:
    """Compare the weeks after ``committed_on`` that are over with the twelve before.

    The interval is that of a quasi-Poisson count: its spread is that of the weeks before, and at least that of chance.
    Both the weeks before and those after vary by chance, so both are in it.
    """
    passed = min(WEEKS, max(0, (today - committed_on).days // 7))
    before = _weekly(filed, committed_on - WEEKS * _WEEK, WEEKS)
    after = _weekly(filed, committed_on, passed)
    ratio, mean = passed / WEEKS, sum(before) / WEEKS
    spread = sum((count - mean) ** 2 for count in before) / (WEEKS - 1) / mean if mean else 1.0
    expected = sum(before) * ratio
    half = _Z * sqrt(max(1.0, spread) * expected * (1 + ratio))
    return Effect(before, after, max(0, floor(expected - half) + 1), floor(expected + half))


def _weekly(filed: Sequence[date], start: date, weeks: int) -> tuple[int, ...]:
    counts = [0] * weeks
    for day in filed:
        number = (day - start).days // 7
        if 0 <= number < weeks:
            counts[number] += 1
    return tuple(counts)
