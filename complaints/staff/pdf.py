"""The file of a case as a PDF: right to left in Arabic, numbers never turned round, with or without the person.

``kit.typesetting`` sets it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import Any, Final, NamedTuple, TypedDict

from django.utils.translation import get_language, get_language_bidi, gettext, ngettext, pgettext

from complaints.actions.topic_answers import answers_to_show
from complaints.case_text.history import EventText, HistoryEntry
from complaints.models import Case
from complaints.staff.case_file import CaseFile
from complaints.visibility.identity import CaseVisibility
from kit.dates import moment_text
from kit.qr import QrCode
from kit.typesetting import DirectedText, directed, parts, plain_text, typeset
from kit.unit import unit_name

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
