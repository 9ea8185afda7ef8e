"""What a directorate sees of one request: the words of the case without its person, the files, the times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from agencies.models import current_calendar
from complaints.actions.topic_answers import answers_to_show
from complaints.case_text.estimates import GivenEstimate, LatestEstimate, given_estimates, latest_estimate, offers
from complaints.models import Attachment, Consultation
from complaints.visibility.redaction import without_person


@dataclass(frozen=True)
class FileLine:
    """One file to download, under a name that says nothing of the person."""

    name: str
    size: int
    url: str


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One request as its directorate reads it; no name and no number of the citizen is in it."""

    subject: str
    details: str
    answers: Sequence[tuple[str, str]]
    additions: Sequence[str]
    area: str
    place: str
    files: Sequence[FileLine]
    times: Sequence[GivenEstimate]
    latest: LatestEstimate
    offers: Sequence[tuple[int, date]]

    @property
    def is_beyond(self) -> bool:
        """Tell whether the time given ends after the last day for the answer."""
        return bool(self.times) and self.times[-1].until > self.latest.on


def sheet_of(asked: Consultation, *, at: datetime, address: Callable[[Attachment], str]) -> Sheet:
    """Return what the directorate reads, in five statements; ``address`` says where it gets a file."""
    case, calendar = asked.case, current_calendar()

    def covered(text: str) -> str:
        return without_person(text, case.citizen)

    return Sheet(
        subject=covered(case.subject),
        details=covered(case.details),
        answers=[(one.asked, covered(one.said)) for one in answers_to_show(case, knows_person=False)],
        additions=[covered(text) for text in case.additions.order_by("pk").values_list("text", flat=True)],
        area=covered(case.area),
        place=covered(case.place),
        files=[FileLine(one.plain_name, one.size, address(one)) for one in files_of(asked)],
        times=given_estimates(asked.estimates.all(), calendar=calendar),
        latest=latest_estimate(case, at=at, calendar=calendar),
        offers=offers(at=at, calendar=calendar),
    )


def files_of(asked: Consultation) -> QuerySet[Attachment]:
    """Return the files a directorate may read: the citizen's, none of another directorate's."""
    return asked.case.attachments.filter(consultation__isnull=True)
