"""The lines of triage as markup: addresses, texts and escaping prepared once a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext

from complaints.case_text.tags import ref, user_text
from complaints.staff.suggested import refer_button, suggestion_list
from complaints.suggestions.owners import OpenCase
from complaints.unit.triage.page_data import Line
from complaints.visibility.identity import StaffVisibility
from kit.components.kept import number_address
from kit.components.marks import due, tag
from kit.fragments import Fragment
from kit.typed_text import isolated

#: Characters of the citizen's words that triage shows.
MOST_SHOWN: Final = 400
_LINE: Final = Fragment(
    "complaints/unit/triage/_line.html",
    *("number", "opened", "due", "marks", "subject", "about", "facts", "words", "why", "suggestions", "other_topic"),
    *("refer_address", "case_address", "classify_address", "archive_address", "best"),
)
_DOT: Final = " · "


def line_rows(lines: Sequence[Line], reader: StaffVisibility, http: HttpRequest, *, opened: str) -> SafeString:
    """Return the markup of ``lines`` for ``reader``; the case with the number ``opened`` is open."""
    return _LINE.fill([_cells(line, reader, http) | _state(line, opened) for line in lines])


def _state(line: Line, opened: str) -> dict[str, str]:
    is_open = line.item.case.reference == opened
    return {"opened": SafeString(" open" if is_open else "")}


def _cells(line: Line, reader: StaffVisibility, http: HttpRequest) -> dict[str, str]:
    item, case, suffix = line.item, line.item.case, line.action_suffix
    best = refer_button(item, item.able[0], action_suffix=suffix, names_agency=True) if item.able else ""
    return {
        "number": case.reference,
        "due": due(on=line.row.on, note=line.row.countdown.words, level=line.row.countdown.level),
        "marks": tag(text=gettext("Urgent: danger to life"), kind="bad") if case.is_urgent else "",
        "subject": format_html("<bdi>{}</bdi>", isolated(str(reader.subject(case)))),
        "about": _about(line),
        "facts": _facts(item, http),
        "words": user_text({"request": http}, Truncator(case.details).chars(MOST_SHOWN), lines=True),
        "why": _why_here(item, http),
        "suggestions": _suggestions(item, http, suffix),
        "other_topic": _other_topic(item),
        "refer_address": number_address("desk-refer", case.reference) + suffix,
        "case_address": number_address("desk-case", case.reference) + line.suffix,
        "classify_address": number_address("desk-classify", case.reference) + suffix,
        "archive_address": number_address("desk-archive", case.reference) + suffix,
        "best": best,
    }


def _about(line: Line) -> SafeString:
    bounces = line.item.case.bounces
    parts = [ref(line.item.case.reference), line.row.age_words]
    if bounces > 1:
        words = ngettext("came back %(times)s time", "came back %(times)s times", bounces)
        parts.append(words % {"times": bounces})
    return _joined(parts)


def _facts(item: OpenCase, http: HttpRequest) -> SafeString:
    case = item.case
    person = user_text({"request": http}, case.citizen.short_name)
    named = [part.name for part in (case.topic, case.governorate) if part]
    return _joined([case.get_kind_display(), person, *named])


def _joined(parts: Sequence[str]) -> SafeString:
    found = format_html("{}", parts[0])
    for part in parts[1:]:
        found = format_html("{}{}{}", found, _DOT, part)
    return found


def _why_here(item: OpenCase, http: HttpRequest) -> SafeString:
    if refusal := item.refusal:
        said = user_text({"request": http}, refusal.text, lines=True)
        reason, agency = refusal.get_reason_display(), refusal.agency.name
        text = format_html('<p><b>{}</b> – {}</p><div class="quote">{}</div>', reason, agency, said)
        return format_html("<h3>{}</h3>{}", gettext("Why the case came back"), text)
    return format_html("<h3>{}</h3><p>{}</p>", gettext("Why the case is here"), _why_nobody_has_it(item))


def _why_nobody_has_it(item: OpenCase) -> str:
    if item.chosen is None:
        return gettext("The citizen did not know the agency.")
    if item.case.topic and item.case.topic.withheld_from_agency:
        text = gettext("The citizen chose %(agency)s. Cases on this topic are not sent to the agency they are about.")
    else:
        text = gettext("The citizen chose %(agency)s, which has no active liaison officer.")
    return text % {"agency": item.chosen.name}


def _suggestions(item: OpenCase, http: HttpRequest, suffix: str) -> SafeString:
    if not item.suggestions:
        return SafeString("")
    found = suggestion_list(item, http, action_suffix=suffix, has_keys=True)
    return format_html("<div><h3>{}</h3>{}</div>", gettext("Suggested agencies"), found)


def _other_topic(item: OpenCase) -> str:
    if item.topic is None:
        return ""
    about = {"topic": item.topic, "words": item.topic_words, "own": item.case.topic, "correct": item.case}
    return render_to_string("complaints/staff/_other_topic.html", about)
