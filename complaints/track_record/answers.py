"""How long answers to cases like this one took, for the page before sending and the receipt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _, ngettext

from agencies.models import Directorate, Topic
from complaints.models import AnswerRecord, PromiseRecord
from complaints.track_record.counting import MOST_DAYS
from complaints.workflow import Kind
from kit.compiled_reads import CompiledRead

#: The fewest cases from which a time is told.
FEWEST: Final = 20
#: Longer times are not told.
LONGEST: Final = MOST_DAYS
#: The share of cases within whose time the sentence speaks: "8 of 10".
SHARE: Final = 0.8


class CaseLikeness(Enum):
    """Which cases are like this one; the text says it in one sentence."""

    AGENCY_TOPIC = _("Like this: on this topic, sent to this agency.")
    AGENCY = _("Like this: on any topic, sent to this agency. On this topic there were too few.")
    TOPIC = _("Like this: on this topic, sent to any agency.")
    GROUP = _("Like this: on this and related topics, sent to any agency.")


@dataclass(frozen=True)
class AnswerTimes:
    """In how many working days 8 of 10 ``cases`` were answered; None where fewer of them were."""

    days: int | None
    cases: int
    likeness: CaseLikeness

    @property
    def sentence(self) -> str:
        """Return what is said first."""
        if self.days is None:
            longest = ngettext(
                "Fewer than 8 of 10 cases like this were answered within %(days)s working day.",
                "Fewer than 8 of 10 cases like this were answered within %(days)s working days.",
                LONGEST,
            )
            return longest % {"days": f"{LONGEST:,}"}
        text = ngettext(
            "8 of 10 cases like this were answered within %(days)s working day.",
            "8 of 10 cases like this were answered within %(days)s working days.",
            self.days,
        )
        return text % {"days": f"{self.days:,}"}

    @property
    def basis(self) -> str:
        """Return which cases these were, and how many."""
        text = ngettext(
            "Counted from %(cases)s case of the last 12 months, open ones included. It is not a promise.",
            "Counted from %(cases)s cases of the last 12 months, open ones included. It is not a promise.",
            self.cases,
        )
        return f"{self.likeness.value} {text % {'cases': f'{self.cases:,}'}}"


def answer_times(*, kind: str, agency: int | None, topic: Topic | None) -> AnswerTimes | None:
    """Return how long answers to cases like this took: of the agency on the topic, else of the nearest with enough.

    None where there are too few cases. One statement; none for praise, which is not answered.
    """
    if kind == Kind.PRAISE or (agency is None and topic is None):
        return None
    subject, group = (topic.pk, topic.parent_id) if topic else (None, None)
    keys = {name: key for name, key in (("agency", agency), ("subject", subject), ("group", group)) if key}
    rows = {(row.agency_id, row.topic_id): row for row in _RECORDS.rows(**keys)}
    levels = (
        ((agency, subject), CaseLikeness.AGENCY_TOPIC, agency and subject),
        ((agency, None), CaseLikeness.AGENCY, agency),
        ((None, subject), CaseLikeness.TOPIC, subject),
        ((None, group), CaseLikeness.GROUP, group),
    )
    for key, likeness, is_asked in levels:
        row = rows.get(key)
        if is_asked and row is not None and (cases := sum(row.answered) + sum(row.unanswered)) >= FEWEST:
            return AnswerTimes(days_within(SHARE, row.answered, row.unanswered), cases, likeness)
    return None


def _records(
    _shape: None, *, agency: int | None = None, subject: int | None = None, group: int | None = None
) -> QuerySet[AnswerRecord]:
    own = Q(agency=agency) & (Q(topic=subject) | Q(topic=None)) if agency else Q(pk=None)
    everywhere = Q(agency=None, topic__in=[key for key in (subject, group) if key])
    return AnswerRecord.objects.filter(own | everywhere)


_RECORDS: Final = CompiledRead(_records, is_prepared=True)


def days_within(share: float, answered: Sequence[int], unanswered: Sequence[int]) -> int | None:
    """Return in how many working days ``share`` of the cases were answered, at least 1; None if fewer ever were.

    By the product-limit estimate (Kaplan and Meier, 1958): a case that is still open counts as unanswered for as long
    as it has been open, and no longer, so that neither open cases nor recent ones make answers look faster. The last
    number is of all longer times, and tells no time.
    """
    at_risk, open_share = sum(answered) + sum(unanswered), 1.0
    for days, (done, left) in enumerate(zip(answered[:-1], unanswered[:-1], strict=True)):
        if done:
            open_share *= 1 - done / at_risk
        if open_share <= 1 - share + 1e-9:
            return max(days, 1)
        at_risk -= done + left
    return None


# ---- How many promises of each length were kept, for the page on which an officer promises a time. ----


#: The fewest promises of one length from which a share is told.
PROMISES_FEWEST: Final = 10
#: The share in percent that a suggested length has kept.
GOOD: Final = 80


class PromiseLikeness(Enum):
    """Whose promises are counted; the text heads the table."""

    DIRECTORATE_TOPIC = _("Promises of this directorate on this topic")
    DIRECTORATE = _("Promises of this directorate on all topics")
    AGENCY_TOPIC = _("Promises of your agency on this topic")
    AGENCY = _("Promises of your agency on all topics")


@dataclass(frozen=True)
class KeptPromises:
    """The promises of ``span`` working days in twelve months: how many were made, and how many kept."""

    span: int
    made: int
    kept: int

    @property
    def is_known(self) -> bool:
        """Tell whether they are enough to tell a share."""
        return self.made >= PROMISES_FEWEST

    @property
    def percent(self) -> int:
        """Return the share that was kept, rounded down, so that a suggestion has kept what it says."""
        return 100 * self.kept // self.made if self.made else 0


@dataclass(frozen=True)
class PromiseHistory:
    """What became of promises like those that can be made now, by their length; None is likened where all are few."""

    likeness: PromiseLikeness | None
    spans: Mapping[int, KeptPromises]

    def of(self, span: int) -> KeptPromises | None:
        """Return what is known of promises of ``span`` working days, None where they are too few."""
        found = self.spans.get(span)
        return found if found is not None and found.is_known else None

    def suggested(self, most: int) -> KeptPromises | None:
        """Return the shortest length up to ``most`` of which enough were kept."""
        spans = (self.spans[span] for span in sorted(self.spans) if span <= most)
        return next((each for each in spans if each.is_known and each.percent >= GOOD), None)


class KeptRecords:
    """The records of an agency that its promises on one topic are compared with; one statement."""

    def __init__(self, *, agency: int, topic: int | None) -> None:
        rows = PromiseRecord.objects.filter(Q(topic=topic) | Q(topic=None), agency=agency)
        self.topic, self._rows = topic, list(rows)

    def of(self, directorate: Directorate | None) -> PromiseHistory:
        """Return the history of the directorate on the topic, else the nearest that has enough of any length."""
        own = directorate.pk if directorate else None
        levels = [
            (PromiseLikeness.DIRECTORATE_TOPIC, own, self.topic),
            (PromiseLikeness.DIRECTORATE, own, None),
            (PromiseLikeness.AGENCY_TOPIC, None, self.topic),
            (PromiseLikeness.AGENCY, None, None),
        ]
        for likeness, key, topic in levels if own else levels[2:]:
            spans = _spans(row for row in self._rows if (row.directorate_id, row.topic_id) == (key, topic))
            if any(each.is_known for each in spans.values()):
                return PromiseHistory(likeness, spans)
        return PromiseHistory(None, {})

    def suggestions(
        self, directorates: Sequence[Directorate], *, most: int
    ) -> list[tuple[Directorate, PromiseHistory, KeptPromises]]:
        """Return for each directorate with enough promises of its own the length to be suggested."""
        found = [(each, self.of(each)) for each in directorates]
        return [
            (each, history, suggested)
            for each, history in found
            if history.likeness in {PromiseLikeness.DIRECTORATE_TOPIC, PromiseLikeness.DIRECTORATE}
            and (suggested := history.suggested(most)) is not None
        ]


def _spans(rows: Iterable[PromiseRecord]) -> dict[int, KeptPromises]:
    return {row.span: KeptPromises(row.span, sum(row.kept) + row.missed, sum(row.kept)) for row in rows}
