"""What a directorate reads of one consultation: the case without its person, the files, the estimates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from agencies.models import current_calendar
from complaints.actions.topic_answers import answers_to_show
from complaints.attachments.readable import directorate_files
from complaints.case_text.estimates import GivenEstimate, LatestEstimate, given_estimates, latest_estimate, offers
from complaints.models import Attachment, Consultation
from complaints.visibility.identity import CaseVisibility


@dataclass(frozen=True)
class FileLink:
    """One file to download; its name says nothing of the person."""

    name: str
    size: int
    url: str


@dataclass(frozen=True, kw_only=True)
class ConsultationContent:
    """One consultation as its directorate reads it; no name and no number of the citizen is in it."""

    subject: str
    details: str
    answers: Sequence[tuple[str, str]]
    additions: Sequence[str]
    area: str
    place: str
    files: Sequence[FileLink]
    asked_files: Sequence[FileLink]
    estimates: Sequence[GivenEstimate]
    latest: LatestEstimate
    offers: Sequence[tuple[int, date]]

    @property
    def is_beyond(self) -> bool:
        """Tell whether the last estimate ends after the last day for the answer."""
        return bool(self.estimates) and self.estimates[-1].until > self.latest.on


def consultation_content(
    consultation: Consultation, seen: CaseVisibility, *, at: datetime, file_url: Callable[[Attachment], str]
) -> ConsultationContent:
    """Return what the directorate reads, ``seen`` as it sees the case, in five statements.

    One more reads whoever spoke for the citizen. ``file_url`` returns where the directorate gets a file.
    """
    case, calendar = consultation.case, current_calendar()
    redacted, readable = seen.redact, list(directorate_files(consultation))
    links = {file: FileLink(file.plain_name, file.size, file_url(file)) for file in readable}
    return ConsultationContent(
        subject=redacted(case.subject),
        details=redacted(case.details),
        answers=[
            (answer.question_label, redacted(answer.answer_label))
            for answer in answers_to_show(case, knows_person=False)
        ],
        additions=[redacted(text) for text in case.additions.order_by("pk").values_list("text", flat=True)],
        area=redacted(case.area),
        place=seen.redact_place(case.place),
        files=[links[file] for file in readable if file.consultation_id is None],
        asked_files=[links[file] for file in readable if file.consultation_id is not None],
        estimates=given_estimates(consultation.estimates.all(), calendar=calendar),
        latest=latest_estimate(case, at=at, calendar=calendar),
        offers=offers(at=at, calendar=calendar),
    )
