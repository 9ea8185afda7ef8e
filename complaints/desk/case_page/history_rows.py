"""The lines of the history as markup: a page has dozens, and a template for each part costs five times as much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from complaints.case_text.event_texts import EventText
from complaints.case_text.history import HistoryEntry
from complaints.case_text.sent_messages import SentMessage
from complaints.case_text.tags import ref, user_text
from complaints.desk.case_page.history_lines import HistoryLine, PageHistory
from kit.components.dates import moment
from kit.components.kept import number_address
from kit.components.marks import tag
from kit.components.numbers import num
from kit.fragments import Fragment

_LINE: Final = Fragment(
    "complaints/desk/case_page/_history_line.html", "colour", "at", "title", "by", "after", "text", "files", "sent"
)
_MESSAGE: Final = Fragment(
    "complaints/desk/case_page/_history_message.html", "channel", "address", "word", "said", "follows"
)
#: The context of the page: who reads the case, and what they may know and open.
type _Page = Mapping[str, Any]


def history_rows(history: PageHistory, page: _Page) -> SafeString:
    """Return the lines of ``history`` as the reader of ``page`` reads them."""
    return format_html_join("", "{}", ((_line(line, page),) for line in history.lines))


def _line(line: HistoryLine, page: _Page) -> SafeString:
    if line.title:
        folded = render_to_string("complaints/desk/case_page/_history_repeats.html", {"line": line})
        return SafeString(folded)
    entry = line.entries[0]
    cells = {
        "colour": f"by-{line.side}{f' tl-{line.kind}' if line.kind else ''}",
        "at": moment(entry.at),
        "title": entry.title,
        "by": user_text(page, entry.by),
        "after": "· " + gettext("after %(span)s") % {"span": entry.after} if entry.after else "",
        "text": SafeString("".join(_text(entry, entry.text, page))) if entry.text else "",
        "files": _files(entry, page) if entry.files else "",
        "sent": _MESSAGE.fill([_message(message, page) for message in entry.messages]),
    }
    return _LINE.fill([cells])


def _text(entry: HistoryEntry, text: EventText, page: _Page) -> Iterator[str]:
    """Yield what was written: a case it links to, or what it names; where the words stand, or the words; a reason."""
    if text.linked:
        address = number_address("desk-case", text.linked)
        yield format_html('<p><a href="{}">{}</a></p>', address, ref(text.linked))
    elif text.label or text.named:
        yield format_html("<p>{}</p>", " – ".join(filter(None, (text.label, text.named))))
    if entry.stands_in:
        words = gettext("Read the text")
        yield format_html('<p class="no-print"><a href="#{}">{}</a></p>', entry.stands_in, words)
    if text.first:
        quoted = [user_text(page, words, lines=True) for words in (text.first, text.second) if words]
        yield f'<div class="quote">{"".join(quoted)}</div>'
    if text.reason:
        why = tag(text=gettext("For the audit of the CMU"), kind="wait")
        yield format_html("<p>{} {}</p>", why, user_text(page, text.reason))


def _files(entry: HistoryEntry, page: _Page) -> SafeString:
    context = {**page, "files": entry.files, "file_page": "desk-file"}
    return SafeString(render_to_string("complaints/attachments/_files.html", context))


def _message(message: SentMessage, page: _Page) -> dict[str, str]:
    delivery, channel = message.delivery, message.channel
    if page["opens_messages"]:
        channel = format_html('<a href="{}">{}</a>', reverse("message", args=[message.id]), channel)
    when = format_html(" {}{}", moment(delivery.at), "." if delivery.text else "") if delivery.at else ""
    return {
        "channel": channel,
        "address": num(message.address) if page["knows_person"] else "",
        "word": tag(text=delivery.word, kind=delivery.kind),
        "said": format_html("{}{}", delivery.text, when),
        "follows": format_html("<b>{}</b>", delivery.follows) if delivery.follows else "",
    }
