"""The version of the usage policy, what changed with it, and its acceptance by each person.

A release brings a text of its own (`POLICY_VERSION`); the unit writes editions that replace it from a day on.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Count, Min
from django.utils.timezone import localdate

from accounts.models import Citizen, EditionState, PolicyAcceptance, PolicyEdition, User

# Change it together with the text of the page: every acceptance records the version that was shown. The text of a
# version never changes once it was published. `policy_changes.csv` says in a sentence what is new in each.
POLICY_VERSION = "2026-01"
CHANGES: Final = Path(__file__).parent / "data" / "policy_changes.csv"
TEXT: Final = "pages/usage_policy/{version}.{language}.html"


class DayTaken(Exception):
    """Another edition is in force from this day on, or waits to be."""


class EditionDecided(Exception):
    """Somebody has decided on the edition meanwhile, or its day has come without a decision."""


@dataclass(frozen=True)
class PolicyInForce:
    """The usage policy in force at a moment: its name, and its edition if it is not that of the release."""

    version: str
    edition: PolicyEdition | None = None

    def what_changed(self, language: str) -> str:
        """Return in a sentence what is new in it."""
        return self.edition.changed(language) if self.edition else _shipped_change(language, self.version)

    def context(self, language: str) -> dict[str, object]:
        """Return what a page shows of it."""
        template = "" if self.edition else TEXT.format(version=self.version, language=language)
        return {
            "version": self.version,
            "changed": self.what_changed(language),
            "text": template,
            "words": self.edition.text(language) if self.edition else "",
        }


def in_force(at: datetime) -> PolicyInForce:
    """Return the policy in force: the newest of the edition that is agreed on and the text of the release; a query."""
    agreed = PolicyEdition.objects.filter(state=EditionState.AGREED, effective_from__lte=localdate(at))
    newest = agreed.order_by("-effective_from").first()
    if newest is None or newest.version < POLICY_VERSION:
        return PolicyInForce(POLICY_VERSION)
    return PolicyInForce(newest.version, newest)


def has_accepted(citizen: Citizen, *, at: datetime) -> bool:
    """Tell whether the person has accepted the policy that is in force."""
    return PolicyAcceptance.objects.filter(citizen=citizen, version=in_force(at).version).exists()


def accept(citizen: Citizen, version: str, *, language: str, at: datetime) -> None:
    """Record that the person accepted the version that was shown to them; repeating changes nothing.

    It is not read again here: another may have come into force since it was shown, and is asked about next.
    """
    PolicyAcceptance.objects.get_or_create(
        citizen=citizen, version=version, defaults={"language": language, "accepted_at": at}
    )


# ---- editions ----


def propose(edition: PolicyEdition, *, by: User, at: datetime) -> PolicyEdition:
    """Store an edition that a second person is to agree on; raises ``DayTaken``."""
    edition.written_by, edition.written_at, edition.state = by, at, EditionState.PROPOSED
    try:
        with transaction.atomic():
            edition.save(force_insert=True)
    except IntegrityError:
        raise DayTaken from None
    return edition


def decide(key: int, state: EditionState, *, by: User, at: datetime) -> PolicyEdition:
    """Decide on an edition under its lock; raises ``EditionDecided``.

    Nobody agrees on their own edition; whoever wrote it may refuse it, which takes it back. An edition whose day has
    come can only be refused: people are told before, not after.
    """
    with transaction.atomic():
        edition = PolicyEdition.objects.select_for_update(of=("self",)).get(pk=key)
        is_over = state == EditionState.AGREED and edition.effective_from <= localdate(at)
        is_own = state == EditionState.AGREED and edition.written_by_id == by.pk
        if edition.state != EditionState.PROPOSED or is_over or is_own:
            raise EditionDecided
        edition.state, edition.decided_by, edition.decided_at = state, by, at
        edition.save(update_fields=["state", "decided_by", "decided_at"])
    return edition


def waiting() -> list[PolicyEdition]:
    """Return the editions that wait for a second person."""
    return list(PolicyEdition.objects.filter(state=EditionState.PROPOSED).select_related("written_by"))


# ---- all versions ----


@dataclass(frozen=True)
class PolicyVersion:
    """One version of the policy: what is new in it, and how many people accepted it since when."""

    version: str
    changed: str
    accepted: int
    first_on: date | None
    is_in_force: bool


def versions(language: str, *, at: datetime) -> list[PolicyVersion]:
    """Return all versions, also those that are agreed on and still to come, the newest first; three queries."""
    counted = PolicyAcceptance.objects.values("version").annotate(people=Count("pk"), first=Min("accepted_at"))
    found = {row["version"]: (row["people"], localdate(row["first"])) for row in counted.order_by()}
    editions = {one.version: one.changed(language) for one in PolicyEdition.objects.filter(state=EditionState.AGREED)}
    changes = {name: _shipped_change(language, name) for name in _shipped_changes()} | editions
    current = in_force(at).version
    return [
        PolicyVersion(name, changes[name], accepted, first_on, is_in_force=name == current)
        for name in sorted(changes, reverse=True)
        for accepted, first_on in [found.get(name, (0, None))]
    ]


def _shipped_change(language: str, version: str) -> str:
    row = _shipped_changes()[version]
    return row["changed_en"] if language == "en" else row["changed_ar"]


@cache
def _shipped_changes() -> dict[str, dict[str, str]]:
    with CHANGES.open(encoding="utf-8", newline="") as lines:
        return {row["version"]: row for row in csv.DictReader(lines)}
