"""In short: what a reader with one minute should know; every sentence stands again in its section, with its table."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext, ngettext

from reports.documents.tree import Section
from reports.figures.scopes import Dimension
from reports.periodic import phrases, sentences
from reports.periodic.facts import Facts
from reports.periodic.sections import timeliness
from reports.periodic.sections.agencies import most_received

NAMED = 3


def section(facts: Facts) -> Section:
    """Return the summary."""
    first = " ".join([sentences.received(facts), sentences.received_against(facts.year_before, facts)])
    paragraphs = (
        first,
        sentences.closed_of_received(facts),
        most_received(facts, named=NAMED),
        _places(facts),
        timeliness.answered_on_time(facts),
    )
    return Section(key="summary", heading=gettext("In short"), paragraphs=tuple(filter(None, paragraphs)))


def _places(facts: Facts) -> str:
    groups = [group for group in facts.groups(Dimension.GOVERNORATE) if group.key is not None]
    rows = [(group.name, group.count("received")) for group in groups if group.count("received")]
    if not rows:
        return ""
    said = gettext("Most cases by governorate: %(names)s.") % {
        "names": phrases.counted_names(rows[:NAMED], facts.received)
    }
    return " ".join(filter(None, (said, _as_many([count for _name, count in rows]))))


def _as_many(counts: Sequence[int]) -> str:
    others = phrases.tied_with_last(counts, NAMED)
    if not others:
        return ""
    return ngettext(
        "%(number)s more governorate has as many cases as the last of them.",
        "%(number)s more governorates have as many cases as the last of them.",
        others,
    ) % {"number": phrases.number(others)}
