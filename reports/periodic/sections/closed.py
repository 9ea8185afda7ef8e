"""What was closed, and how it ended."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext

from reports.documents.tree import Section
from reports.periodic import phrases, sentences
from reports.periodic.facts import Earlier, Facts


def section(facts: Facts) -> Section | None:
    """Return the section, None if nothing was received or closed."""
    said = (
        sentences.closed_of_received(facts),
        closed_in_period(facts),
        _against(facts.year_before, facts),
    )
    paragraphs = tuple(filter(None, said))
    if not paragraphs:
        return None
    return Section(key="closed", heading=gettext("Closed and pending"), paragraphs=paragraphs)


def closed_in_period(facts: Facts) -> str:
    """Say how many cases were closed in the period, whenever they were received."""
    count = facts.count("closed")
    if not count:
        return gettext("No case was closed in the period.")
    return ngettext(
        "%(cases)s was closed in the period, whenever it was received.",
        "%(cases)s were closed in the period, whenever they were received.",
        count,
    ) % {"cases": phrases.cases_counted(count)}


def _against(earlier: Earlier, facts: Facts) -> str:
    before = earlier.count("closed")
    difference = facts.count("closed") - before
    if not before:
        return ""
    words = {
        "period": earlier.name,
        "before": phrases.cases(before),
        "difference": phrases.cases_counted(abs(difference)),
        "percent": phrases.share(abs(difference), before),
    }
    if not difference:
        return gettext("Compared with %(period)s, the number of closed cases is the same.") % words
    if difference > 0:
        sentence = gettext(
            "Compared with %(period)s (%(before)s closed), the number rose by %(difference)s (%(percent)s)."
        )
    else:
        sentence = gettext(
            "Compared with %(period)s (%(before)s closed), the number fell by %(difference)s (%(percent)s)."
        )
    return sentence % words
