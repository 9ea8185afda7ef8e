"""Replacing what the citizen wrote: the text before is kept, and the event of the change proves both."""

from __future__ import annotations

from collections.abc import Sequence

from complaints.actions import topic_answers
from complaints.engine.change import Change
from complaints.engine.history import filed_words
from complaints.models import Revision, TopicAnswer


def replace_text(
    change: Change, *, subject: str, details: str, area: str, place: str, answers: Sequence[TopicAnswer] | None = None
) -> None:
    """Set the text of the case that ``change`` is about, and keep the old one as a ``Revision``.

    ``answers`` are unsaved rows that replace all answers to the questions of the topic; None leaves those.
    """
    case, before = change.case, list(change.case.topic_answers.all())
    Revision.objects.create(
        case=case,
        event_id=change.event_id,
        subject=case.subject,
        details=case.details,
        area=case.area,
        place=case.place,
        answers=[answer.wording for answer in before],
        replaced_at=change.at,
    )
    words = filed_words(case, employee=case.employee, answers=topic_answers.wordings(before))
    change.facts |= {"before": change.fingerprint(*words)}
    if answers is not None:
        case.topic_answers.all().delete()
        topic_answers.keep(answers, case)
    change.set(subject=subject, details=details, area=area, place=place)
    after = topic_answers.wordings(before if answers is None else answers)
    change.facts["words"] = change.fingerprint(*filed_words(case, employee=case.employee, answers=after))
