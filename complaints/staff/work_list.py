"""The list that a case was opened from: it travels in the address, so that the next case of it is one press away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse

#: A longer list than this is none of ours.
LONGEST: Final = 500
#: The name of the list of cases without an agency, in place of that of a view of the queue.
TRIAGE: Final = "triage"


@dataclass(frozen=True)
class WorkList:
    """A view of the queue with its order and filters, or triage, and the case that follows there, empty for none."""

    query: str
    following: str = ""

    @classmethod
    def of(cls, http: HttpRequest) -> Self | None:
        """Return the list that the address of ``http`` names; None where it names none."""
        query = http.GET.get("list", "")
        if not query or len(query) > LONGEST:
            return None
        # Read and written anew, so that nothing but parameters is left of it.
        return cls(QueryDict(query).urlencode(), http.GET.get("next", ""))

    @property
    def is_triage(self) -> bool:
        """Tell whether it is the list of cases without an agency."""
        return QueryDict(self.query).get("view") == TRIAGE

    @property
    def address(self) -> str:
        """Return the address of the list."""
        return f"{reverse('triage' if self.is_triage else 'queue')}?{self.query}"

    def case_url(self, reference: str) -> str:
        """Return the address of a case of the list; in triage it is opened where it stands."""
        if self.is_triage:
            return f"{self.address}&{urlencode({'open': reference})}"
        return reverse("desk-case", args=[reference]) + self.suffix

    @property
    def suffix(self) -> str:
        """Return what follows the address of a case of the list."""
        return f"?{urlencode({'list': self.query})}"

    @property
    def action_suffix(self) -> str:
        """Return what follows the address of an action, which leads on to the next case of the list."""
        following = {"next": self.following} if self.following else {}
        return f"?{urlencode({'list': self.query, **following})}"
