"""Drafts that wait for their writer, for the lists of the home page, "my cases" and the first page of filing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from accounts.models import Citizen
from complaints.case_text.kinds import KindWords, words_of_kind
from complaints.escalation.expiry import last_day
from complaints.filing import drafting
from complaints.models import Draft
from complaints.portal.filing import typed
from complaints.portal.filing.steps import step_url


@dataclass(frozen=True)
class OpenDraft:
    """One draft: what it says first, the last day on which it waits, and where its writer goes on."""

    draft: Draft
    kind: KindWords
    last_day: date
    url: str
    restart_url: str

    @classmethod
    def of(cls, draft: Draft) -> Self:
        """Return the draft as a line of a list, without a statement."""
        is_what_open = typed.is_what_open(draft) or not draft.has_words
        step = "new-what" if is_what_open else "new-agency" if not draft.has_agency_step else "new-check"
        return cls(
            draft, words_of_kind(draft.kind), last_day(draft), step_url(step, draft), step_url("new-restart", draft)
        )


def listed_drafts(citizen: Citizen) -> list[OpenDraft]:
    """Return the drafts of a citizen, the newest first; one statement."""
    own = Draft.objects.filter(citizen=citizen).order_by("-updated_at", "-pk")
    return [OpenDraft.of(draft) for draft in own[: drafting.MOST_DRAFTS]]
