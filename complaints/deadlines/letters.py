"""What staff are told about time: in whose language, by which channels and when telephones may ring."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import translation

from complaints.notices import is_urgent
from notifications.models import Channel
from notifications.outbox import Notice

if TYPE_CHECKING:
    from accounts.models import User
    from agencies.calendar import WorkingCalendar
    from complaints.models import Case

#: The words of a letter, read in the language of its reader.
type Words = Callable[[], Mapping[str, str]]

LETTER = (Channel.EMAIL,)
LETTER_AND_RING = (Channel.EMAIL, Channel.SMS)
_ADDRESSES: dict[Channel, Callable[[User], str]] = {
    Channel.EMAIL: lambda user: user.email,
    Channel.SMS: lambda user: user.phone,
}


@dataclass(frozen=True)
class Post:
    """Letters about one case at one moment; the calendar says when telephones may ring."""

    case: Case
    at: datetime
    calendar: WorkingCalendar

    def write(
        self, template: str, people: Iterable[User], words: Words, *, by: tuple[Channel, ...] = LETTER
    ) -> Iterator[Notice]:
        """Yield one notice for each of ``people`` and each channel; nobody gets one about a case of their own."""
        for user in people:
            if user.person_id is not None and user.person_id == self.case.citizen_id:
                continue
            with translation.override(user.language):
                said = {"ref": self.case.reference, **words()}
            for channel in by:
                if address := _ADDRESSES[channel](user):
                    yield Notice(
                        template=template,
                        channel=channel,
                        recipient=f"user:{user.pk}",
                        address=address,
                        language=user.language,
                        context=said,
                        reference=self.case.reference,
                        daytime=not is_urgent(self.case),
                        not_before=self._rings_from() if channel == Channel.SMS else None,
                    )

    def _rings_from(self) -> datetime | None:
        if is_urgent(self.case):
            return None
        opens = self.calendar.opens_next(self.at)
        return opens if opens > self.at else None


def day_words(day: date) -> str:
    """Return a day as messages write it."""
    return f"{day.day}/{day.month}/{day.year}"
