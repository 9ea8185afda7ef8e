"""The version of the usage policy, what changed with it, and its acceptance by each person."""

from __future__ import annotations

import csv
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

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


def what_changed(language: str) -> str:
    """Return in a sentence what is new in the policy that is in force."""
    row = _changes()[POLICY_VERSION]
    return row["changed_en"] if language == "en" else row["changed_ar"]


@cache
def _changes() -> dict[str, dict[str, str]]:
    with CHANGES.open(encoding="utf-8", newline="") as lines:
        return {row["version"]: row for row in csv.DictReader(lines)}
