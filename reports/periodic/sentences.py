"""Sentences that several sections say: a number against another period, a measure against the one before.

Each states what was counted and how it differs; none says why.
"""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext, ngettext

from reports.figures.arithmetic import whole_percent
from reports.periodic import phrases
from reports.periodic.facts import Earlier, Facts


def received(facts: Facts) -> str:
    """Say how many cases were received, and about how many agencies."""
    count, agencies = facts.received, len(facts.agencies)
    if not count:
        return gettext("No case was received %(within)s.") % {"within": facts.within}
    if not agencies:
        sentence = ngettext("%(cases)s was received %(within)s.", "%(cases)s were received %(within)s.", count)
    else:
        sentence = ngettext(
            "%(cases)s was received %(within)s, concerning %(agencies)s.",
            "%(cases)s were received %(within)s, concerning %(agencies)s.",
            count,
        )
    return sentence % {
        "cases": phrases.cases_counted(count),
        "within": facts.within,
        "agencies": phrases.agencies_counted(agencies),
    }


def received_against(earlier: Earlier, facts: Facts) -> str:
    """Say how the number of cases received differs from that of an earlier period."""
    before, difference = earlier.received, facts.received - earlier.received
    words = {
        "period": earlier.name,
        "within": earlier.within,
        "before": phrases.cases(before),
        "difference": phrases.cases_counted(abs(difference)),
        "percent": phrases.share(abs(difference), before),
    }
    if not before:
        return gettext("No case was received %(within)s.") % words
    if not difference:
        return gettext("Compared with %(period)s, the number is the same.") % words
    if difference > 0:
        return (
            gettext("Compared with %(period)s (%(before)s), the number rose by %(difference)s (%(percent)s).") % words
        )
    return gettext("Compared with %(period)s (%(before)s), the number fell by %(difference)s (%(percent)s).") % words


def closed_of_received(facts: Facts) -> str:
    """Say how many of the cases received in the period were closed at its end, and how many were pending."""
    closed, pending = facts.received - facts.received_pending, facts.received_pending
    words = {
        "closed": phrases.cases_counted(closed),
        "closed_share": phrases.share(closed, facts.received),
        "pending": phrases.cases_counted(pending),
        "pending_share": phrases.share(pending, facts.received),
    }
    if not facts.received:
        return ""
    if not pending:
        return gettext("All cases received in the period were closed by its end.")
    if not closed:
        return gettext("None of the cases received in the period was closed by its end.")
    return (
        ngettext(
            "Of the cases received in the period, %(closed)s (%(closed_share)s) had been closed by its end and "
            "%(pending)s (%(pending_share)s) was pending.",
            "Of the cases received in the period, %(closed)s (%(closed_share)s) had been closed by its end and "
            "%(pending)s (%(pending_share)s) were pending.",
            pending,
        )
        % words
    )


def share_against(sentence: str, now: Decimal | None, before: Decimal | None, *, within: str = "") -> str:
    """Return ``sentence`` with ``%(percent)s``, and the difference to ``before`` in percentage points.

    Shares are parts of 1. Nothing is said where nothing was measured. ``within`` says when that was.
    """
    if now is None:
        return ""
    said = sentence % {"percent": phrases.percent(now)}
    if before is None:
        return gettext("%(said)s.") % {"said": said}
    points = whole_percent(now) - whole_percent(before)
    words = {"said": said, "points": phrases.points_counted(abs(points)), "within": within}
    if not points:
        return gettext("%(said)s, as %(within)s.") % words
    if points > 0:
        return gettext("%(said)s, %(points)s more than %(within)s.") % words
    return gettext("%(said)s, %(points)s less than %(within)s.") % words
