"""In short: what a reader with one minute should know; every sentence stands again in its section, with its table."""

from __future__ import annotations

from django.utils.translation import gettext

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
    return gettext("Most cases by governorate: %(names)s.") % {
        "names": phrases.counted_names(rows[:NAMED], facts.received)
    }
