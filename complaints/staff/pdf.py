"""The file of a case as a PDF: right to left in Arabic, numbers never turned round, with or without the person.

``kit.typesetting`` sets it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, NamedTuple, TypedDict

from django.utils.translation import get_language, get_language_bidi, gettext, ngettext, pgettext

from accounts.contact import CITIZEN_PREFIX
from accounts.models import Mandate, User
from agencies.calendar import WorkingCalendar
from agencies.models import current_calendar
from complaints.actions.answers import answers_to_show
from complaints.case_text import deadline
from complaints.case_text.deadline import HeldSpan, TimeHeld
from complaints.case_text.history import (
    EventText,
    HistoryEntry,
    each_text_once,
    history_entries,
    texts_for_staff,
    with_messages,
)
from complaints.case_text.messages import case_messages, sent_to_citizen
from complaints.engine import notices
from complaints.models import AnswerState, Attachment, Case, CaseEvent, Holding
from complaints.models.files import CITIZENS_ACTS
from complaints.permissions.policy import mandates_by_event
from complaints.permissions.readers import has_part, reads_words
from complaints.permissions.rulings import pending
from complaints.visibility.redaction import CaseVisibility
from complaints.workflow import Action
from kit.compiled_reads import CompiledRead
from kit.dates import moment_text
from kit.qr import QrCode
from kit.typesetting import DirectedText, directed, parts, plain_text, typeset
from kit.unit import unit_name

# ---- The file of a case as staff read it: its history, who held it, what was sent, what is still to sign. ----


@dataclass(frozen=True, kw_only=True)
class CaseFile:
    """What staff read of one case beside the case itself; the history is newest first, with each text once."""

    history: Sequence[HistoryEntry]
    spans: Sequence[HeldSpan]
    time_held: Sequence[TimeHeld]
    staff_messages: int
    photos: Sequence[Attachment]
    files: Sequence[Attachment]
    voices: Sequence[Attachment]
    answer_files: Sequence[Attachment]
    proposal_files: Sequence[Attachment]
    answer: EventText | None
    proposal: EventText | None
    mandates: Sequence[Mandate]

    @property
    def has_unwritten_voice(self) -> bool:
        """Tell whether a voice note waits to be written down."""
        return any(not voice.transcript for voice in self.voices)


def read_case_file(case: Case, user: User, *, at: datetime, calendar: WorkingCalendar | None = None) -> CaseFile:
    """Return the file of ``case`` as ``user`` may read it at ``at``, in as many statements whatever its length.

    ``calendar`` spares one where it is known.
    """
    messages = case_messages(case)
    events = _EVENTS.rows(None, {"case": case}, case=case.pk)
    # A directorate's files stand beside its finding.
    attachments = _ATTACHMENTS.rows(None, {"case": case}, case=case.pk) if has_part(case, "attachments") else []
    staffs = {event.pk: event for event in events if event.action not in CITIZENS_ACTS}
    came_with = _came_with(attachments, [*staffs.values()], user, at=at)
    texts = texts_for_staff(case, events, user, at=at)
    entries = _with_files(events, history_entries(case, events, texts), came_with)
    titles = {notices.occasion(event): entry.title for event, entry in zip(events, entries, strict=True)}
    told = with_messages(events, entries, sent_to_citizen(messages, titles, at=at))
    own = [one for one in attachments if one.answer is None and one.event_id not in staffs]
    holdings = _HOLDINGS.rows(None, {"case": case}, case=case.pk)
    spans = deadline.held_spans(holdings, at=at, calendar=calendar or current_calendar())
    answer = _last_text(entries, Action.CLOSE) if case.outcome else None
    proposal = _last_text(entries, Action.PROPOSE_ANSWER) if pending(case).answer_writer else None
    return CaseFile(
        history=list(each_text_once(told[::-1], {"answer": answer, "proposal": proposal})),
        spans=spans,
        time_held=deadline.held_by(spans),
        staff_messages=sum(not message.recipient.startswith(CITIZEN_PREFIX) for message in messages),
        photos=[attachment for attachment in own if attachment.is_picture],
        files=[attachment for attachment in own if not attachment.is_picture and not attachment.is_voice],
        voices=[attachment for attachment in own if attachment.is_voice],
        answer_files=_of_answers(attachments, AnswerState.GIVEN),
        proposal_files=_of_answers(attachments, AnswerState.PROPOSED),
        answer=answer,
        proposal=proposal,
        mandates=list(mandates_by_event(events).values()),
    )


_EVENTS: Final = CompiledRead(
    lambda _shape, *, case: CaseEvent.objects.filter(case=case).select_related("actor", "on_behalf_of"),
    is_prepared=True,
)
_ATTACHMENTS: Final = CompiledRead(
    lambda _shape, *, case: Attachment.objects.filter(case=case, consultation__isnull=True).select_related("answer"),
    is_prepared=True,
)
_HOLDINGS: Final = CompiledRead(
    lambda _shape, *, case: Holding.objects.filter(case=case).select_related("agency", "directorate"), is_prepared=True
)


def _came_with(
    attachments: Sequence[Attachment], events: Sequence[CaseEvent], user: User, *, at: datetime
) -> Mapping[int, Sequence[Attachment]]:
    """Return the files of staff by the key of the event they came with, as far as ``user`` may read its words."""
    found: defaultdict[int, list[Attachment]] = defaultdict(list)
    for file in attachments:
        if file.event_id is not None:
            found[file.event_id].append(file)
    return {event.pk: found[event.pk] for event in events if event.pk in found and reads_words(event, user, at=at)}


def _with_files(
    events: Sequence[CaseEvent], entries: Iterable[HistoryEntry], came_with: Mapping[int, Sequence[Attachment]]
) -> list[HistoryEntry]:
    return [
        replace(entry, files=came_with[event.pk]) if event.pk in came_with else entry
        for event, entry in zip(events, entries, strict=True)
    ]


def _of_answers(attachments: Sequence[Attachment], state: AnswerState) -> list[Attachment]:
    return [one for one in attachments if one.answer is not None and one.answer.state == state]


def _last_text(entries: Sequence[HistoryEntry], action: Action) -> EventText | None:
    return next((entry.text for entry in reversed(entries) if entry.action == action), None)


TEMPLATE: Final = Path(__file__).parents[1] / "data" / "file.typ"
#: Entries and letters of one section at most: seventy pages in all, set in about three seconds. The newest are kept,
#: and the page says how many are not there.
MOST_ENTRIES: Final = 150
MOST_LETTERS: Final = 100_000


class PdfFact(TypedDict):
    """One line of a table: what it is, and what it is here."""

    label: str
    value: DirectedText


class PdfEntry(TypedDict):
    """One thing in a section: a title, small print, and paragraphs."""

    title: str
    meta: Sequence[DirectedText]
    lines: Sequence[DirectedText]


@dataclass(frozen=True)
class NamedPerson:
    """Who the person is, for a file that says so; the numbers come from ``accounts.identity.reveal`` alone."""

    name: str
    number_kind: str
    number: str
    phone: str


def render(case: Case, file: CaseFile, *, at: datetime, printed_by: str, person: NamedPerson | None = None) -> bytes:
    """Return the file of ``case`` as a PDF in the language of the reader; ``person`` puts the identity on it."""
    visibility = CaseVisibility(case, knows_person=person is not None)
    data = {
        "language": "en" if get_language() == "en" else "ar",
        "direction": _own_direction(),
        "title": f"{case.get_kind_display()} {case.reference}",
        "operator": unit_name(),
        "office": unit_name(),
        "subject": directed(case.subject),
        "words": _template_words(),
        "printed": gettext("Printed by %(name)s, %(moment)s")
        % {"name": plain_text(printed_by), "moment": moment_text(at)},
        "facts": _pairs(_facts(visibility, person)),
        "sections": [section for section in _sections(visibility, file) if section["entries"]],
    }
    # People sign what they write, and an answer names whom it is for.
    return compile_pdf(data if person else _redacted(data, visibility.redact), at=at)


def _template_words() -> dict[str, str]:
    return {
        "page": pgettext("pages", "Page"),
        "of": pgettext("pages", "of"),
        "lacking": gettext("Some letters cannot be printed here. You can read them on the site."),
    }


class PlainSection(NamedTuple):
    """A section of a file that is no case's: entries of a title, small print and paragraphs."""

    title: str
    entries: Sequence[tuple[str, Sequence[str], Sequence[str]]]


@dataclass(frozen=True)
class Letterhead:
    """The head of a letter: the service, lines below it, and a picture that a telephone reads, with its words."""

    service: str
    lines: Sequence[str]
    qr: QrCode
    qr_words: str

    @property
    def data(self) -> dict[str, object]:
        """Return what the template sets."""
        lines = [directed(line) for line in self.lines if line]
        return {"service": self.service, "lines": lines, "qr": self.qr.svg, "qr_words": self.qr_words}


def render_sections(
    title: str,
    facts: Iterable[tuple[str, str]],
    sections: Iterable[PlainSection],
    *,
    at: datetime,
    subject: str = "",
    printed: str = "",
    letterhead: Letterhead | None = None,
) -> bytes:
    """Return a PDF of facts and sections in the language of the reader, cut as the file of a case is."""
    made = [
        _section(each.title, _cut([_entry(name, meta, lines=lines) for name, meta, lines in each.entries]))
        for each in sections
    ]
    data = {
        "language": "en" if get_language() == "en" else "ar",
        "direction": _own_direction(),
        "title": title,
        "operator": unit_name(),
        "office": unit_name(),
        "subject": directed(subject or title),
        "words": _template_words(),
        "printed": printed or moment_text(at),
        "facts": _pairs(facts),
        "sections": [section for section in made if section["entries"]],
    }
    return compile_pdf(data | ({"letterhead": letterhead.data} if letterhead else {}), at=at)


def compile_pdf(data: Mapping[str, object], *, at: datetime) -> bytes:
    """Return the PDF that the template makes of ``data``."""
    return typeset(TEMPLATE, data, at=at)


def _redacted(data_: Any, redact: Callable[[str], str]) -> Any:
    """Return ``data_`` with the person redacted in every text of it."""
    match data_:
        case str():
            return redact(data_)
        case {"parts": _, "text": str() as text}:
            # The whole is redacted before it is cut into parts: what tells of a person may go over several.
            return {**data_, "text": redact(text), "parts": parts(redact(text))}
        case dict():
            return {name: _redacted(part, redact) for name, part in data_.items()}
        case list() | tuple():
            return [_redacted(part, redact) for part in data_]
    return data_


# ---- what stands in it ----


def _facts(visibility: CaseVisibility, person: NamedPerson | None) -> Iterator[tuple[str, str]]:
    case = visibility.case
    yield gettext("Tracking number"), _grouped(case.reference)
    yield pgettext("case", "Kind"), str(case.get_kind_display())
    yield gettext("Status"), str(case.get_state_display())
    yield pgettext("of a case", "Topic"), case.topic.name if case.topic else ""
    yield gettext("Agency"), case.agency.name if case.agency else ""
    yield gettext("Place"), gettext(", ").join(_place(visibility))
    yield gettext("Channel"), str(case.get_channel_display())
    yield gettext("Filed on"), moment_text(case.filed_at)
    yield gettext("Answer by"), moment_text(case.deadline_at) if case.deadline_at else ""
    yield gettext("Closed on"), moment_text(case.closed_at) if case.closed_at else ""
    if person is None:
        yield gettext("The person"), gettext("not named in this print")
        return
    yield gettext("The person"), person.name
    yield person.number_kind, person.number
    yield gettext("Mobile number"), person.phone


def _place(visibility: CaseVisibility) -> list[str]:
    governorate = visibility.case.governorate
    return [*([governorate.name] if governorate else []), *visibility.whereabouts()]


def _sections(visibility: CaseVisibility, file: CaseFile) -> Iterator[dict[str, object]]:
    # Redacted before it is cut into lines: a name may go on in the next one.
    case, redact = visibility.case, visibility.redact
    answers = answers_to_show(case, knows_person=visibility.knows_person)
    answers_given = _pairs((answer.question_label, answer.answer_label) for answer in answers)
    yield _section(gettext("What the citizen wrote"), [_entry(lines=[redact(case.details)])], answers_given)
    for name, text in (("proposal", file.proposal), ("answer", file.answer)):
        if text:
            yield _section(_section_title(name), [_answer_entry(text, redact)])
    held = [_entry(span.name, [span.words, *_when(span.since, span.until)]) for span in file.spans]
    yield _section(gettext("Who had the case"), held)
    yield _section(gettext("History"), _cut([_history_entry(entry, redact) for entry in reversed(file.history)]))


def _section_title(name: str) -> str:
    """Return the title of the section that has the text of an entry of the history; empty for none."""
    return {"answer": gettext("The answer"), "proposal": gettext("Proposed answer, not sent")}.get(name, "")


def _when(since: datetime, until: datetime | None) -> list[str]:
    """Return from when to when: a moment each, since a row of moments reads in both directions."""
    return [moment_text(since), *([moment_text(until)] if until else [])]


def _answer_entry(text: EventText, redact: Callable[[str], str]) -> PdfEntry:
    return _entry(text.label, lines=[redact(text.first), redact(text.second)])


def _history_entry(entry: HistoryEntry, redact: Callable[[str], str]) -> PdfEntry:
    text = entry.text or EventText()
    section = _section_title(entry.stands_in)
    where = gettext("The text is under “%(section)s”.") % {"section": section} if section else ""
    meta = [moment_text(entry.at), entry.by, text.label, text.named, text.linked, where]
    files = len(entry.files)
    came = ngettext("With %(count)s file", "With %(count)s files", files) % {"count": files} if files else ""
    sent = [f"{message.channel}: {message.delivery.word}" for message in entry.messages]
    audited = gettext("For the audit of the CMU: %(reason)s") % {"reason": redact(text.reason)} if text.reason else ""
    return _entry(entry.title, [*meta, came, *sent], lines=[redact(text.first), redact(text.second), audited])


def _cut(entries: Sequence[PdfEntry]) -> Sequence[PdfEntry]:
    """Return the newest of ``entries`` that a file has room for, and what was left out before them."""
    lengths = accumulate(_length(entry) for entry in reversed(entries))
    room = min(MOST_ENTRIES, sum(length <= MOST_LETTERS for length in lengths))
    if room >= len(entries):
        return entries
    left_out = gettext("Older entries not shown here: %(count)s.") % {"count": len(entries) - room}
    return [_entry(lines=[left_out]), *entries[len(entries) - room :]]


def _length(entry: PdfEntry) -> int:
    return sum(len(line["text"]) for line in entry["lines"])


# ---- words ----


def _section(title: str, entries: Sequence[PdfEntry], facts: Sequence[PdfFact] = ()) -> dict[str, object]:
    return {"title": title, "entries": entries, "facts": list(facts)}


def _pairs(facts: Iterable[tuple[str, str]]) -> list[PdfFact]:
    return [PdfFact(label=plain_text(label), value=directed(value)) for label, value in facts if value]


def _entry(title: str = "", meta: Iterable[str] = (), *, lines: Iterable[str] = ()) -> PdfEntry:
    paragraphs = (line for text in lines for line in text.splitlines() if line.strip())
    return PdfEntry(
        title=plain_text(title),
        meta=[directed(part) for part in meta if part],
        lines=[directed(line) for line in paragraphs],
    )


def _own_direction() -> str:
    return "rtl" if get_language_bidi() else "ltr"


def _grouped(reference: str) -> str:
    """Return a tracking number in the groups it is read aloud in."""
    return f"{reference[:2]} {reference[2:6]} {reference[6:]}"
