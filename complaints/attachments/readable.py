"""Which files of a case each kind of reader sees; the caller has checked that the reader may open the case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from complaints.models import Answer, Attachment, Case, Consultation
from complaints.models.files import FROM_CITIZEN, TO_CITIZEN, VOICE_TYPE


def citizen_files(case: Case, *, at: datetime) -> QuerySet[Attachment]:
    """Return the files the citizen sees at ``at``.

    The own ones, those of questions, those of a directorate that are shown, and those of answers sent, of the lead's
    too.
    """
    answers = _sent(case, at=at).values(source=Coalesce("lead_answer", "pk"))
    return Attachment.objects.filter(Q(FROM_CITIZEN | TO_CITIZEN, case=case) | Q(answer__in=answers))


def files_by_event(case: Case, *, at: datetime) -> Mapping[int | None, Sequence[Attachment]]:
    """Return the files the citizen sees by the key of the event they came with, None for the filing; one statement."""
    answers = _sent(case, at=at).filter(Q(pk=OuterRef("answer")) | Q(lead_answer=OuterRef("answer")))
    of_answer = Subquery(answers.values("event_id")[:1])
    came_with = Coalesce("event_id", "shown__event_id", of_answer, output_field=BigIntegerField())
    found: defaultdict[int | None, list[Attachment]] = defaultdict(list)
    for file in citizen_files(case, at=at).annotate(came_with=came_with):
        found[file.came_with].append(file)
    return found


def directorate_files(asked: Consultation) -> QuerySet[Attachment]:
    """Return the files a directorate may read: those of the request, and the citizen's but for voices.

    A voice would tell it who the citizen is.
    """
    written = FROM_CITIZEN & ~Q(content_type=VOICE_TYPE)
    return Attachment.objects.filter(Q(written, case=asked.case_id) | Q(consultation=asked, event=asked.event_id))


def _sent(case: Case, *, at: datetime) -> QuerySet[Answer]:
    return case.answers.sent(at=at).order_by()
