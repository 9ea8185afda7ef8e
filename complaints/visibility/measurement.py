"""Measures the redaction on texts of which it is known what must be hidden and what must be kept."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from complaints.visibility.redaction import Person
from kit.shares import Share

SAMPLE: Final = Path(__file__).parents[1] / "data" / "hidden_identity_sample.csv"
#: Shares of the texts in which everything must be hidden, or kept.
LEAST_HIDDEN, LEAST_KEPT = 0.95, 0.97
_HOME, _TRUNK = "+962", "0"


@dataclass(frozen=True)
class SampleText:
    """One text of a sample: what of it must be hidden and kept, and ``way``, how the person is named."""

    code: str
    way: str
    text: str
    person: Person
    hidden: Sequence[str]
    kept: Sequence[str]

    @property
    def is_for_looking(self) -> bool:
        """Tell whether the text is of the half that was read when the rules were written."""
        return hashlib.sha256(self.code.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True)
class TextVerdict:
    """What became of a text: None where nothing must be hidden, or kept."""

    sample: SampleText
    is_hidden: bool | None
    is_kept: bool | None


def read_samples(path: Path) -> list[SampleText]:
    """Return the texts of a file with the columns of ``hidden_identity_sample.csv``."""
    with path.open(encoding="utf-8-sig", newline="") as rows:
        return [
            SampleText(
                row["id"],
                row["way"],
                row["text"],
                sample_person(json.loads(row["identity"])),
                json.loads(row["must_hide"]),
                json.loads(row["must_keep"]),
            )
            for row in csv.DictReader(rows)
        ]


def sample_person(identity: dict[str, str]) -> Person:
    """Return the person of the column ``identity``, whose telephone is written as at home."""
    phone = identity.get("phone") or ""
    names = tuple(identity.get(name) or "" for name in ("first", "second", "third", "family"))
    return Person(
        names,
        phone=_HOME + phone.removeprefix(_TRUNK) if phone.startswith(_TRUNK) else phone,
        email=identity.get("email") or "",
        address=identity.get("address") or "",
        number=identity.get("number") or identity.get("national_number") or "",
    )


def judge(sample: SampleText) -> TextVerdict:
    """Redact a text and return whether all that must be hidden is, and all that must be kept is still there."""
    shown = sample.person.redact(sample.text)
    is_hidden = all(part not in shown for part in sample.hidden) if sample.hidden else None
    is_kept = all(part in shown for part in sample.kept) if sample.kept else None
    return TextVerdict(sample, is_hidden, is_kept)


def hidden_share(verdicts: Iterable[TextVerdict]) -> Share:
    """Return in how many of the texts with something to hide all of it is hidden."""
    return _share(verdicts, lambda verdict: verdict.is_hidden)


def kept_share(verdicts: Iterable[TextVerdict]) -> Share:
    """Return in how many of the texts with something to keep all of it is kept."""
    return _share(verdicts, lambda verdict: verdict.is_kept)


def _share(verdicts: Iterable[TextVerdict], of: Callable[[TextVerdict], bool | None]) -> Share:
    judged = [answer for verdict in verdicts if (answer := of(verdict)) is not None]
    return Share(sum(judged), len(judged))


def is_reached(verdicts: Sequence[TextVerdict]) -> bool:
    """Tell whether enough of the texts are hidden and kept."""
    return hidden_share(verdicts).reaches(LEAST_HIDDEN) and kept_share(verdicts).reaches(LEAST_KEPT)
