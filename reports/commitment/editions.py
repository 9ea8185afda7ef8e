"""The editions of the index: drafted, counted again, replied to, answered and published, each through one door."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from agencies.models import Agency
from reports.commitment import notices
from reports.commitment.counting import count
from reports.commitment.frozen import section, to_json
from reports.commitment.rules import rule_on
from reports.documents.tree import Section
from reports.models import IndexEdition, IndexReply
from reports.periods import ReportPeriod

_FIELDS: Final = ["counts", "as_of", "counted_at", "reply_until"]


class PeriodNotOver(ValueError):
    """The period has days to come, so that its index is not known yet."""


class EditionExists(ValueError):
    """There is an index of this period already."""


class EditionPublished(ValueError):
    """The index is published, and nothing about it changes any more."""


class ReplyTimeOpen(ValueError):
    """Agencies may still reply, so that the index is not published yet."""


class ReplyTimeOver(ValueError):
    """The last day of the replies is over."""


class NothingCounted(ValueError):
    """No agency has any figures in the period."""


class ReplyChanged(ValueError):
    """The agency has replied anew since somebody read its reply, or the unit has answered it."""


class NoReply(LookupError):
    """The agency has not replied."""


def draft(period: ReportPeriod, *, reply_until: date, by: User | None, at: datetime) -> IndexEdition:
    """Count the index of a period that is over, open it for replies until a day, and tell the agencies in it.

    Raises PeriodNotOver, NothingCounted and EditionExists.
    """
    if period.ends_at > at:
        raise PeriodNotOver
    edition = IndexEdition(first=period.first, last=period.last, drafted_by=by, reply_until=reply_until)
    _count(edition, at=at)
    try:
        with transaction.atomic():
            edition.save(force_insert=True)
            notices.tell_agencies(edition, at=at)
    except IntegrityError as error:
        if "index_once_per_period" in str(error):
            raise EditionExists from None
        raise
    return edition


@transaction.atomic
def recount(key: int, *, reply_until: date, at: datetime) -> IndexEdition:
    """Count a draft again, as after a corrected case, with a new last day for replies; locks it.

    Agencies that were not in it before are told.

    Raises EditionPublished.
    """
    edition = _unpublished(key)
    edition.reply_until = reply_until
    _count(edition, at=at)
    edition.save(update_fields=_FIELDS)
    notices.tell_agencies(edition, at=at)
    return edition


@transaction.atomic
def publish(key: int, *, by: User, at: datetime) -> IndexEdition:
    """Publish a draft once the last day of the replies is over; locks it. Raises EditionPublished and ReplyTimeOpen."""
    edition = _unpublished(key)
    if timezone.localdate(at) <= edition.reply_until:
        raise ReplyTimeOpen
    edition.published_by, edition.published_at = by, at
    edition.save(update_fields=["published_by", "published_at"])
    return edition


@transaction.atomic
def reply(key: int, agency: Agency, text: str, *, read: datetime | None, by: User, at: datetime) -> IndexReply:
    """Store what an agency says, in place of what it said before and of the answer to it; locks the edition.

    ``read`` is the ``last_said`` of the page it was written on, None where nothing was said yet. Raises
    EditionPublished, ReplyTimeOver and ReplyChanged.
    """
    edition = _unpublished(key)
    if timezone.localdate(at) > edition.reply_until:
        raise ReplyTimeOver
    before = IndexReply.objects.filter(edition=edition, agency=agency).first()
    if (before.last_said if before else None) != read:
        raise ReplyChanged
    said, _is_new = IndexReply.objects.update_or_create(
        edition=edition,
        agency=agency,
        defaults={"text": text, "by": by, "at": at, "answer": "", "answered_by": None, "answered_at": None},
    )
    return said


@transaction.atomic
def answer(key: int, agency: Agency, text: str, *, read: datetime | None, by: User, at: datetime) -> IndexReply:
    """Store the answer of the unit to the reply of the moment ``read``; locks the edition.

    Raises EditionPublished, NoReply and ReplyChanged.
    """
    edition = _unpublished(key)
    said = IndexReply.objects.select_for_update().filter(edition=edition, agency=agency).first()
    if said is None:
        raise NoReply
    if said.at != read:
        raise ReplyChanged
    said.answer, said.answered_by, said.answered_at = text, by, at
    said.save(update_fields=["answer", "answered_by", "answered_at"])
    return said


def report_section(period: ReportPeriod) -> Section | None:
    """Return the index of exactly this period as a section of its report, in the active language; None without one.

    A draft is left out: its agencies may still reply to it before others read it. Two statements.
    """
    published = IndexEdition.objects.exclude(published_at=None)
    edition = published.filter(first=period.first, last=period.last).first()
    if edition is None:
        return None
    return section(edition.counts, {agency.code: agency.name for agency in Agency.objects.all()})


def _unpublished(key: int) -> IndexEdition:
    edition = IndexEdition.objects.select_for_update().get(pk=key)
    if edition.published_at is not None:
        raise EditionPublished
    return edition


def _count(edition: IndexEdition, *, at: datetime) -> None:
    agencies, as_of = count(ReportPeriod(edition.first, edition.last), at=at)
    if not agencies:
        raise NothingCounted
    edition.counts = to_json(agencies, rule_on(edition.last))
    edition.as_of, edition.counted_at = as_of, at
