"""Who writes a draft: a citizen, or a visitor who signs in only to send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import Citizen
from complaints.escalation.expiry import VISITOR_DRAFT_LIFE
from complaints.models import Draft


@dataclass(frozen=True)
class Writer:
    """Whose drafts a request works on.

    ``visitor`` is the keyed hash of the reference of this browser, empty for one without; a citizen may still have one,
    from before signing in. ``uploader`` is what uploads are counted by, ``network`` what begun drafts are.
    """

    citizen: Citizen | None
    visitor: str
    uploader: str
    network: str
    #: The reference of a browser that had none: its cookie is set once something was written.
    new_reference: str = ""

    def owns(self) -> dict[str, Any]:
        """Return the fields of a draft that say whose it is."""
        return {"citizen": self.citizen, "visitor": "" if self.citizen else self.visitor}

    def drafts(self, *, at: datetime) -> QuerySet[Draft]:
        """Return the drafts that wait for this writer at ``at``; those of a citizen wait until they are deleted."""
        own = Draft.objects.filter(**self.owns())
        return own if self.citizen else own.filter(updated_at__gt=at - VISITOR_DRAFT_LIFE)
