"""The papers of mandates: added by the representative while the unit decides, seen by the unit, deleted in the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import Citizen, Mandate, MandateState, User
from accounts.models.mandates import WAITS
from complaints.attachments import uploads
from complaints.models import Attachment, MandatePaper

#: Files of one mandate.
MOST: Final = 5
#: The papers stay for so long after the mandate is over, refused or forgotten: somebody may dispute it.
KEPT: Final = timedelta(days=30)


class NotWaiting(Exception):
    """The request was answered or withdrawn meanwhile: nothing was stored."""


class TooMany(Exception):
    """More files than there is room for, since others were added meanwhile: nothing was stored."""


def kept_papers(mandate: Mandate) -> list[MandatePaper]:
    """Return the papers of a mandate with their files; one statement."""
    return list(MandatePaper.objects.filter(mandate=mandate).select_related("attachment"))


def add(mandate: Mandate, files: Sequence[Attachment], *, by: User, at: datetime) -> None:
    """Store files with a request that waits for the unit, no more than MOST in all; locks the request.

    Raises ``NotWaiting``, ``TooMany`` and ``NotStored``.
    """
    with transaction.atomic():
        waiting = Mandate.objects.waiting_for_unit(at).select_for_update(of=("self",), no_key=True)
        if not waiting.filter(pk=mandate.pk).exists():
            raise NotWaiting
        if MandatePaper.objects.filter(mandate=mandate).count() + len(files) > MOST:
            raise TooMany
        uploads.keep_for_staff(files, by=by)
        MandatePaper.objects.bulk_create([MandatePaper(mandate=mandate, attachment=file) for file in files])


def discard_for(citizen: Citizen, held: QuerySet[Citizen]) -> None:
    """Delete the papers of all mandates that somebody holds or gave, in the caller's transaction.

    Those of which the other side is ``held`` stay, until ``discard_over`` finds that nobody is.
    """
    own = MandatePaper.objects.filter(Q(mandate__representative=citizen) | Q(mandate__person=citizen))
    _discard(own.exclude(_of_people(held)))


def discard_over(held: QuerySet[Citizen], *, at: datetime) -> int:
    """Delete the papers of mandates that have been over for ``KEPT``; return how many. Safe to run twice.

    Those of mandates that one of the ``held`` people holds or gave stay: legal proceedings may need them.
    """
    since = at - KEPT
    forgotten = Q(mandate__state=MandateState.ASKED, mandate__asked_at__lt=since - WAITS)
    refused = Q(mandate__state=MandateState.REFUSED, mandate__decided_at__lt=since)
    over = Q(mandate__state=MandateState.ENDED, mandate__ended_at__lt=since) | Q(mandate__ends_at__lt=since)
    with transaction.atomic():
        return _discard(MandatePaper.objects.filter(forgotten | refused | over).exclude(_of_people(held)))


def _of_people(held: QuerySet[Citizen]) -> Q:
    return Q(mandate__representative__in=held) | Q(mandate__person__in=held)


def _discard(papers: QuerySet[MandatePaper]) -> int:
    found = list(papers.select_related("attachment").select_for_update(of=("self",)))
    for paper in found:
        paper.delete()
        uploads.remove(paper.attachment)
    return len(found)
