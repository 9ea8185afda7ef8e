"""What people do with annexes: the first opening is noted, and an agency answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from complaints.attachments import uploads
from complaints.models import Attachment
from notifications import outbox
from reports.circulation import notices, permissions
from reports.models import Annex, AnnexAnswer, AnnexFile, AnnexNoticeKind, Circulation


class AnswerRefused(Exception):
    """The person does not answer for the agency of this annex."""


def note_opening(annex: Annex, *, by: User, at: datetime) -> None:
    """Note that somebody of the agency opened the annex, if nobody did before; one statement, for others none."""
    if annex.opened_at is None and permissions.is_of_agency(by, annex, at):
        Annex.objects.filter(pk=annex.pk, opened_at=None).update(opened_at=at, opened_by=by)


def note_receipt(circulation: Circulation, *, by: User, at: datetime) -> None:
    """Note that somebody of the addressee opened the released report, if nobody did before."""
    if circulation.opened_at is None and by.authority(at).has(permissions.ADDRESSEE):
        Circulation.objects.filter(pk=circulation.pk, opened_at=None).update(opened_at=at, opened_by=by)


def answer(annex: Annex, text: str, files: Sequence[Attachment], *, by: User, at: datetime) -> AnnexAnswer:
    """Answer for the agency, with files, and tell the unit; may be repeated, for an answer is added to and not changed.

    Raises ``AnswerRefused`` and ``uploads.NotStored``. Takes back reminders that have not left.
    """
    if not permissions.may_answer(by, annex, at):
        raise AnswerRefused
    with transaction.atomic():
        held = Annex.objects.select_for_update(of=("self",)).select_related("agency", "circulation").get(pk=annex.pk)
        given = AnnexAnswer.objects.create(annex=held, text=text, by=by, at=at)
        uploads.keep_for_staff(files, by=by)
        AnnexFile.objects.bulk_create([AnnexFile(answer=given, attachment=file) for file in files])
        for kind in AnnexNoticeKind:
            outbox.cancel(reference="", occasion=f"annex:{held.pk}:{kind}", at=at)
        notices.tell_unit(held, "annex_answered", occasion=f"annex:{held.pk}:answer:{given.pk}", at=at)
    return given
