"""Notes, telephone calls, assignment to an officer, voice notes written down, and files that are shown or hidden."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, override

from accounts.models import User, officers_of
from accounts.roles import CMU, READERS
from complaints.actions.undo import replace_text
from complaints.attachments import uploads
from complaints.engine import notices
from complaints.engine.transition import NotEntitled, act
from complaints.models import Attachment, Case, Note, NoteKind, ShownFile, SpokenWith, TaskState
from complaints.models.files import VOICE_TYPE
from complaints.visibility.redaction import may_hear
from complaints.workflow import Action
from complaints.workflow.refusals import ActionRefused


class NotAnOfficer(ActionRefused):
    """The person is no acting officer of the agency, filed the case, or is recused from it."""


class HeldByAnother(ActionRefused):
    """A directorate or another centre holds the case, and must return it first."""


# ---- notes ----


def note(case: Case, *, by: User, at: datetime, text: str, attachments: Collection[Attachment] = ()) -> Note:
    """Write a note for colleagues; only the writer's own desk and the CMU read it and its files, unsaved rows."""
    with act(case, Action.NOTE, by=by, at=at) as change:
        written = Note.objects.create(
            case=case, event_id=change.event_id, kind=NoteKind.NOTE, text=text, by=by, at=change.at
        )
        uploads.store(attachments, case=case, event=change.event_id)
        change.facts = {
            "desk": agency_at_desk(case, by, at=change.at),
            "words": change.fingerprint(text),
            "files": len(attachments),
        }
    return written


def log_call(case: Case, *, by: User, at: datetime, spoken_with: SpokenWith, text: str) -> Note:
    """Record a telephone call as a note: with whom it was, and what was said; the readers are those of a note."""
    with act(case, Action.CALL, by=by, at=at) as change:
        written = Note.objects.create(
            case=case,
            event_id=change.event_id,
            kind=NoteKind.CALL,
            spoken_with=spoken_with,
            text=text,
            by=by,
            at=change.at,
        )
        change.facts = {
            "desk": agency_at_desk(case, by, at=change.at),
            "spoken_with": str(spoken_with),
            "words": change.fingerprint(text),
        }
    return written


def agency_at_desk(case: Case, user: User, *, at: datetime) -> int | None:
    """Return the agency for which ``user`` works on ``case``: its own, or one with a task on it; None for the CMU."""
    authority = user.authority(at)
    desks = authority.agencies(READERS)
    if case.agency_id in desks or authority.has(CMU):
        return case.agency_id if case.agency_id in desks else None
    partners = case.tasks.filter(agency__in=desks, state=TaskState.OPEN)
    return partners.values_list("agency", flat=True).first()


# ---- assigning ----


def candidates(case: Case, *, at: datetime) -> QuerySet[User]:
    """Return the officers to whom ``case`` can be given: those of its agency who act today.

    Without the person who filed it, anybody who is recused, and deputies who would only act for such people.
    """
    if case.agency is None:
        return User.objects.none()
    # Not ``exclude``: where no person is linked, SQL would leave everybody out.
    others = Q(person__isnull=True) | ~Q(person=case.citizen_id)
    return officers_of(case.agency, timezone.localdate(at), exclude=case.recused).filter(others)


def assign(case: Case, *, by: User | None, at: datetime, officer: User) -> None:
    """Give the case to ``officer`` of its agency, who is told unless they did it themselves; ``by`` None is the clock.

    Raises ``NotAnOfficer`` unless they are among ``candidates``.
    """
    with transaction.atomic():
        with act(case, Action.ASSIGN, by=by, at=at) as change:
            if not candidates(case, at=change.at).filter(pk=officer.pk).exists():
                raise NotAnOfficer
            before = case.officer_id
            change.facts = {"officer": str(officer.pk), "before": str(before) if before else None}
            change.set(officer=officer)
        if by is None or by.pk != officer.pk:
            notices.tell_staff("officer_assigned", [officer], change=change)


# ---- Which files of directorates the citizen sees: none until the agency chooses them. ----


def finding_files(case: Case) -> QuerySet[Attachment]:
    """Return the files that directorates sent with their findings on ``case``."""
    return case.attachments.filter(consultation__isnull=False, event__isnull=True)


def show_files(case: Case, *, by: User, at: datetime, files: Collection[UUID]) -> None:
    """Let the citizen see those of the directorates' files whose keys are ``files``, and no other one of them."""
    with act(case, Action.SHOW_FILES, by=by, at=at) as change:
        offered = finding_files(case)
        before = set(offered.filter(shown__isnull=False).values_list("pk", flat=True))
        chosen = set(offered.filter(pk__in=files).values_list("pk", flat=True))
        ShownFile.objects.filter(attachment__in=before - chosen).delete()
        rows = [ShownFile(attachment_id=key, case=case, event_id=change.event_id) for key in chosen - before]
        ShownFile.objects.bulk_create(rows)
        change.facts = {"shown": len(chosen - before), "hidden": len(before - chosen)}


# ---- Voice notes of people who do not write: what they say is written down and becomes text of the case. ----


class NoVoice(LookupError):
    """The case has no such voice note."""


def voice_subject(language: str) -> str:
    """Return the subject of a case of which nothing was written, in its language."""
    with override(language):
        return gettext("Voice note")


def transcribe(case: Case, *, by: User, at: datetime, voice: UUID, text: str) -> None:
    """Write down what a voice note says: it stands below what was written, and takes the place of an earlier version.

    The text is searched, redacted and shown like what the citizen wrote; the history tells who wrote it down. Raises
    ``NotEntitled`` for who may not hear the voice, and ``NoVoice``.
    """
    with act(case, Action.TRANSCRIBE, by=by, at=at) as change:
        if not may_hear(case, by, at=change.at):
            raise NotEntitled
        note = case.attachments.from_citizen().filter(pk=voice, content_type=VOICE_TYPE).first()
        if note is None:
            raise NoVoice
        details = _with_transcript(case, note, text)
        change.facts = {"voice": str(note.pk)}
        replace_text(change, subject=case.subject, details=details, area=case.area, place=case.place)
        note.transcript, note.transcript_event_id = text, change.event_id
        note.save(update_fields=["transcript", "transcript_event"])


def _with_transcript(case: Case, note: Attachment, text: str) -> str:
    with override(case.language):
        heading = gettext("Written down from the voice note:")
    former, section = f"{heading}\n{note.transcript}", f"{heading}\n{text}"
    if note.transcript and former in case.details:
        return case.details.replace(former, section, 1)
    return f"{case.details}\n\n{section}" if case.details else section
