"""Everything that is done to a phenomenon; each change locks it, compares the version and writes an entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
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
