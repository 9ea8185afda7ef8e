"""Other cases answered with the same words, and the headings of an answer's two parts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils.translation import gettext

from accounts.models import User
from complaints.actions.linked_cases import linked_ids
from complaints.models import Answer, AnswerState, Case, CaseQuerySet
from complaints.workflow import Kind, Outcome
from kit.arabic import fold

#: How far back answers are compared.
LOOK_BACK: Final = timedelta(days=90)
#: Cases with the same answer that are listed for the officer; beyond these only their number is shown and recorded.
MOST_NAMED: Final = 10


# ---- the same words on other cases ----


def likeness(found: str, done: str, *, reference: str) -> str:
    """Return a key that is equal for answers of the same words, whatever their letter forms, spaces and line ends.

    The case's own tracking number is left out, so that a standard text that contains it is equal on every case.
    """
    texts = (" ".join(fold(text).replace(reference, " ").split()) for text in (found, done))
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()


@dataclass(frozen=True)
class Copies:
    """The unlinked cases with the same answer: how many, and the newest of those the reader may open."""

    number: int = 0
    named: Sequence[Case] = ()

    def __bool__(self) -> bool:
        return self.number > 0

    @property
    def unnamed(self) -> int:
        """Return how many are counted but not listed."""
        return self.number - len(self.named)


def count_copies(case: Case, alike: str, *, at: datetime) -> int:
    """Return how many unlinked cases of the case's agency were answered with these words in ``LOOK_BACK``."""
    return _copied(case, alike, at=at).count()


def matching_answers(case: Case, *, found: str, done: str, user: User, at: datetime) -> Copies:
    """Return the agency's unlinked cases with the same answer, listing those ``user`` may open; five statements."""
    copied = _copied(case, likeness(found, done, reference=case.reference), at=at)
    number = copied.count()
    if not number:
        return Copies()
    seen = Case.objects.visible_to(user, at=at).filter(pk__in=copied.values("pk"))
    return Copies(number, list(seen.for_listing().order_by("-pk")[:MOST_NAMED]))


def _copied(case: Case, alike: str, *, at: datetime) -> CaseQuerySet:
    answers = Answer.objects.filter(likeness=alike, agency=case.agency_id, written_at__gt=at - LOOK_BACK)
    given = answers.exclude(state=AnswerState.TAKEN_BACK).exclude(case__in=linked_ids(case)).exclude(case=case.pk)
    return Case.objects.filter(pk__in=given.values("case"))


# ---- what an answer's two parts are called ----


def headings(kind: str, outcome: str) -> tuple[str, str]:
    """Return the headings of the two texts of an answer."""
    if kind == Kind.PRAISE:
        return gettext("What was praised"), gettext("Who was thanked")
    if kind == Kind.INQUIRY:
        return gettext("What was found"), gettext("The answer to the question")
    if outcome == Outcome.ADOPTED:
        return gettext("What was considered"), gettext("What will change")
    if outcome == Outcome.NOT_ADOPTED:
        return gettext("What was considered"), gettext("Why it was not adopted")
    return gettext("What was found"), gettext("What was done")
