"""A citizen's own case on paper: the letterhead with the picture that proves it, and the receipt as a PDF."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, pgettext

from complaints.case_text.answer_rounds import AnswerRound, RoundObjection
from complaints.engine import receipts
from complaints.models import Case, CaseEvent
from complaints.staff.pdf import Letterhead, PlainSection, render_sections
from kit.dates import day_text, moment_text
from kit.qr import QrCode, qr_code
from kit.unit import unit_name


@dataclass(frozen=True)
class Paper:
    """What a page on paper says of itself: when it was printed, the address of the case, and the check of the paper."""

    printed_at: datetime
    address: str
    check_address: str
    qr: QrCode


def paper(case: Case, *, at: datetime, events: Sequence[CaseEvent] = ()) -> Paper:
    """Return what stands at the head of ``case`` on paper; ``events`` as ``receipts.seal`` takes them."""
    check = _absolute("receipt-check", token=receipts.seal(case, at=at, events=events))
    return Paper(at, _absolute("case", ref=case.reference), check, qr_code(check))


def receipt_pdf(case: Case, page: dict[str, Any], *, at: datetime) -> bytes:
    """Return the receipt of ``case`` in the language of the reader, from what its ``page`` shows."""
    head = paper(case, at=at)
    letterhead = Letterhead(
        service=gettext("At Your Service"),
        lines=(unit_name(), case.citizen.full_name, head.address),
        qr=head.qr,
        qr_words=gettext("Check this paper"),
    )
    printed = gettext("Printed on %(moment)s") % {"moment": moment_text(at)}
    title = f"{page['kind'].noun} {case.reference}"
    return render_sections(
        title,
        _facts(case, page),
        _sections(case, page),
        at=at,
        subject=case.subject,
        letterhead=letterhead,
        printed=printed,
    )


def _facts(case: Case, page: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield gettext("Tracking number"), f"{case.reference[:2]} {case.reference[2:6]} {case.reference[6:]}"
    yield gettext("Status"), page["status"].word
    yield gettext("Agency"), case.agency.name if case.agency else unit_name()
    yield pgettext("of a case", "Topic"), case.topic.name if case.topic else ""
    yield gettext("Place"), gettext(", ").join(filter(None, [_governorate(case), case.area, case.place]))
    yield gettext("Sent on"), moment_text(case.filed_at)
    promise, late = page["promise"], page["late"]
    if promise is not None and promise.on is not None and late is None:
        yield promise.owes, day_text(promise.on)
    if late is not None:
        yield gettext("Delay"), str(late)


def _governorate(case: Case) -> str:
    return case.governorate.name if case.governorate else ""


def _sections(case: Case, page: dict[str, Any]) -> Iterator[PlainSection]:
    answered = tuple(f"{answer.question_label}: {answer.answer_label}" for answer in page["topic_answers"])
    yield PlainSection(gettext("What you wrote"), [("", (), (case.details, *answered))])
    for each in reversed(page["rounds"]):
        yield PlainSection(_round_title(each, page), list(_round(each)))
    happened = [
        (
            entry.title,
            tuple(filter(None, (moment_text(entry.at), entry.by))),
            _entry_lines(entry.text, entry.on, entry.quote),
        )
        for entry in reversed(page["entries"])
    ]
    yield PlainSection(gettext("What has happened"), happened)


def _entry_lines(text: str, on: Any, quote: str) -> tuple[str, ...]:
    said = f"{text} {day_text(on)}" if text and on else text
    return tuple(filter(None, (said, quote)))


def _round_title(each: AnswerRound, page: dict[str, Any]) -> str:
    if each.answer is None:
        return gettext("Closed without an answer")
    if len(page["rounds"]) == 1:
        return gettext("The agency's answer")
    return gettext("Answer %(number)s") % {"number": each.number}


def _round(each: AnswerRound) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    answer = each.answer
    if answer is not None and each.at is not None:
        yield answer.outcome, (each.agency, moment_text(each.at)), ()
        yield answer.found_title, (), (answer.found,)
        yield answer.done_title, (), (answer.done,)
    for objection in each.objections:
        yield from _objection(objection)


def _objection(made: RoundObjection) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    yield gettext("Your objection"), (moment_text(made.made_at),), (made.text,)
    if made.ruling and made.ended_at is not None:
        yield made.ruling, (unit_name(), moment_text(made.ended_at)), (made.reasons,)


def _absolute(name: str, **parts: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, kwargs=parts)}"
