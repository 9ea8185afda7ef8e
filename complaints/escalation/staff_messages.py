"""Messages to staff about deadlines: language, channels, and the earliest moment for an SMS."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from accounts.contact import BY_EMAIL, ContextBuilder, to_staff
from accounts.models import User
from agencies.calendar import WorkingCalendar
from complaints.engine.notices import is_urgent, sms_not_before
from complaints.models import Case
from notifications.models import Channel
from notifications.outbox import Notice


@dataclass(frozen=True)
class StaffMessages:
    """Messages about one case at one moment; the calendar gives the earliest moment for an SMS."""

    case: Case
    at: datetime
    calendar: WorkingCalendar

    def write(
        self, template: str, people: Iterable[User], words: ContextBuilder, *, by: tuple[Channel, ...] = BY_EMAIL
    ) -> Iterator[Notice]:
        """Yield a notice for each of ``people`` and channel, but none about a case they filed or are recused from."""
        for user in people:
            if self.case.is_own_of(user) or self.case.is_recused(user):
                continue
            yield from to_staff(
                template,
                user,
                lambda: {"ref": self.case.reference, **words()},
                by=by,
                reference=self.case.reference,
                daytime=not is_urgent(self.case),
                sms_not_before=partial(sms_not_before, self),
            )
