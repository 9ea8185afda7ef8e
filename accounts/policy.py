"""The version of the usage policy, what changed with it, and its acceptance by each person."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from django.db.models import Count, Min
from django.utils.timezone import localdate

from accounts.models import Citizen, PolicyAcceptance

# Change it together with the text of the page: every acceptance records the version that was shown. The text of a
# version never changes once it was published. `policy_changes.csv` says in a sentence what is new in each.
POLICY_VERSION = "2026-01"
CHANGES: Final = Path(__file__).parent / "data" / "policy_changes.csv"


def has_accepted(citizen: Citizen) -> bool:
    """Tell whether the person has accepted the policy that is in force."""
    return PolicyAcceptance.objects.filter(citizen=citizen, version=POLICY_VERSION).exists()


def accept(citizen: Citizen, *, language: str, at: datetime) -> None:
    """Record that the person accepted the policy that is in force; repeating changes nothing."""
    PolicyAcceptance.objects.get_or_create(
        citizen=citizen, version=POLICY_VERSION, defaults={"language": language, "accepted_at": at}
    )


def what_changed(language: str, version: str = "") -> str:
    """Return in a sentence what is new in a version of the policy, the one in force if none is named."""
    row = _changes()[version or POLICY_VERSION]
    return row["changed_en"] if language == "en" else row["changed_ar"]


@dataclass(frozen=True)
class PolicyVersion:
    """One version of the policy: what is new in it, and how many people accepted it since when."""

    version: str
    changed: str
    accepted: int
    first_on: date | None

    @property
    def is_in_force(self) -> bool:
        """Tell whether this is the version that is accepted now."""
        return self.version == POLICY_VERSION


def versions(language: str) -> list[PolicyVersion]:
    """Return all versions, the newest first, with their acceptances; one query."""
    counted = PolicyAcceptance.objects.values("version").annotate(people=Count("pk"), first=Min("accepted_at"))
    found = {row["version"]: (row["people"], localdate(row["first"])) for row in counted.order_by()}
    names = sorted(_changes(), reverse=True)
    return [PolicyVersion(name, what_changed(language, name), *found.get(name, (0, None))) for name in names]


@cache
def _changes() -> dict[str, dict[str, str]]:
    with CHANGES.open(encoding="utf-8", newline="") as lines:
        return {row["version"]: row for row in csv.DictReader(lines)}
