"""The rows of the queue's table as markup: addresses, days and escaping prepared once a row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext

from complaints.case_text.deadline import Countdown
from complaints.case_text.tags import ref
from complaints.models import ListedCase
from complaints.permissions.to_decide import Matter
from complaints.staff.rows import QueueRow
from complaints.visibility.identity import StaffVisibility
from kit.components.dates import day
from kit.components.marks import due, tag
from kit.fragments import Fragment
from kit.typed_text import isolated

_ROW: Final = Fragment(
    "complaints/desk/queue/_row.html",
    *("choice", "number", "due", "address", "subject", "person", "kind", "channel", "marks", "topic", "status"),
    *("age", "none", "office", "below", "new"),
)
#: Stands for the tracking number in an address that is made once for all rows.
_ANY_NUMBER: Final = "0000000000"
_NOTHING: Final = "—"
#: The few marks that all rows share, in both languages.
_mark: Final = lru_cache(maxsize=64)(tag)


def table_rows(
    rows: Sequence[QueueRow[ListedCase]],
    reader: StaffVisibility,
    decisions: Mapping[int, Matter],
    *,
    new: Collection[int],
    suffix: str,
    picks: bool,
    all_agencies: bool,
) -> SafeString:
    """Return the markup of ``rows`` for ``reader``, who has ``decisions`` to make; with ``picks`` each has a box.

    Those of the keys ``new`` have a dot.
    ``suffix`` follows the address of each case: the list that it is opened from.
    """
    address = f"{reverse('desk-case', args=[_ANY_NUMBER])}{suffix}"
    dot, absent = _new_mark(), {colleague.name for colleague in reader.user.authority(reader.at).absent}
    cells = [
        _cells(row, reader, address, all_agencies=all_agencies)
        | {"marks": _marks(row.case, decisions, absent), "new": dot if row.case.pk in new else ""}
        for row in rows
    ]
    return _ROW.fill(cells, picks=picks, all_agencies=all_agencies)


def _cells(row: QueueRow[ListedCase], reader: StaffVisibility, address: str, *, all_agencies: bool) -> dict[str, str]:
    case = row.case
    office, below = (case.agency, "") if all_agencies else (case.officer or case.directorate, case.directorate)
    return {
        "choice": f"{case.reference}-{case.version}",
        "number": ref(case.reference),
        "due": day(case.closed_at) if case.closed_at else _due(row.on, row.countdown, get_language()),
        "address": address.replace(_ANY_NUMBER, case.reference),
        "subject": SafeString(f"<bdi>{isolated(reader.subject(case))}</bdi>"),
        "person": _person(row),
        "kind": case.kind_label,
        "channel": case.channel_label,
        "topic": case.topic or _NOTHING,
        "status": _status(row),
        "age": "" if case.closed_at else row.age_words,
        "none": SafeString("" if all_agencies or office else ' class="is-none"'),
        "office": office or _NOTHING,
        "below": format_html('<br><span class="muted tiny">{}</span>', below) if case.officer and below else "",
    }


@lru_cache(maxsize=256)
def _due(on: date | None, countdown: Countdown, _language: str | None) -> SafeString:
    """Return the deadline; many cases of a list are due on the same day."""
    return due(on=on, note=countdown.words, level=countdown.level)


def _new_mark() -> SafeString:
    words = pgettext("changed since you last opened the case", "New:")
    return format_html('<span class="dot" title="{}"><span class="vh">{} </span></span>', words.rstrip(":"), words)


def _person(row: QueueRow[ListedCase]) -> str:
    if not row.knows_person:
        return gettext("Name withheld")
    return SafeString(f"<bdi>{isolated(row.case.citizen_name)}</bdi>")


def _marks(case: ListedCase, decisions: Mapping[int, Matter], absent: Collection[str]) -> SafeString:
    marks = [_mark(text=decisions[case.pk].label, kind="warn")] if case.pk in decisions else []
    if case.officer in absent:
        marks.append(tag(text=gettext("for %(absent)s") % {"absent": case.officer}))
    if not case.is_matched:
        marks.append(_mark(text=gettext("Identity not confirmed yet"), kind="wait"))
    found = format_html_join(" ", "{}", ((mark,) for mark in marks))
    if not case.tags:
        return found
    labels = format_html_join("", " {}", ((tag(text=name),) for name in case.tags))
    return format_html('{} <span class="labels">{}</span>', found, labels)


def _status(row: QueueRow[ListedCase]) -> SafeString:
    state = _mark(text=row.case.state_label, kind=row.tag)
    if not row.case.is_urgent:
        return state
    return SafeString(f"{_mark(text=gettext('Urgent: danger to life'), kind='bad')} {state}")
