"""What an officer reads beside the time they promise: how many promises of each length were kept, and a suggestion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import ngettext

from agencies.models import Directorate
from complaints.models import Case
from complaints.staff.acts.decision_forms import AcceptForm
from complaints.track_record.promises import KeptPromises, KeptRecords, PromiseHistory

#: Lengths shown one by one; of longer ones those that were promised often enough, and the longest.
FIRST_SPANS = 7


@dataclass(frozen=True)
class PromiseOffer:
    """A length that may be promised, the day it leads to, and what became of promises of it, if that is known."""

    days: int
    on: date
    record: KeptPromises | None
    is_suggested: bool


@dataclass(frozen=True)
class PromiseAdvice:
    """The offers with their history, the suggestion, and the suggestions of the directorates one could choose."""

    history: PromiseHistory
    offers: Sequence[PromiseOffer]
    suggested: KeptPromises | None
    by_directorate: Sequence[tuple[str, str]]

    @property
    def sentence(self) -> str:
        """Return the suggestion in words, empty where there is none."""
        return _suggestion(self.suggested) if self.suggested else ""


def promise_advice(form: AcceptForm, case: Case) -> PromiseAdvice:
    """Return the advice for a form that is shown or checked; one statement."""
    records = KeptRecords(agency=case.agency_id or 0, topic=case.topic_id)
    directorate = _directorate(form)
    history = records.of(directorate)
    suggested = history.suggested(form.most)
    others = [each for each in form.directorates.values() if each != directorate]
    return PromiseAdvice(
        history,
        [_offer(form, span, history, suggested) for span in _spans(form.most, history)],
        suggested,
        [(each.name, _suggestion(best)) for each, _history, best in records.suggestions(others, most=form.most)],
    )


def _directorate(form: AcceptForm) -> Directorate | None:
    """Return the directorate that was chosen, or is filled in."""
    key = str(form["directorate"].value() or "") if "directorate" in form.fields else ""
    return form.directorates.get(key)


def _spans(most: int, history: PromiseHistory) -> list[int]:
    known = (span for span in history.spans if span <= most and history.of(span))
    return sorted({*range(1, min(most, FIRST_SPANS) + 1), *known, most})


def _offer(form: AcceptForm, span: int, history: PromiseHistory, suggested: KeptPromises | None) -> PromiseOffer:
    on = timezone.localdate(form.calendar.due(form.at, span))
    return PromiseOffer(span, on, history.of(span), suggested is not None and suggested.span == span)


def kept_sentence(record: KeptPromises) -> str:
    """Return how many promises of a length were kept."""
    text = ngettext(
        "Of promises of %(days)s working day, %(percent)s%% were kept (%(kept)s of %(made)s).",
        "Of promises of %(days)s working days, %(percent)s%% were kept (%(kept)s of %(made)s).",
        record.span,
    )
    return text % {
        "days": f"{record.span:,}",
        "percent": record.percent,
        "kept": f"{record.kept:,}",
        "made": f"{record.made:,}",
    }


def _suggestion(record: KeptPromises) -> str:
    text = ngettext("Suggested: %(days)s working day.", "Suggested: %(days)s working days.", record.span)
    return f"{text % {'days': f'{record.span:,}'}} {kept_sentence(record)}"
