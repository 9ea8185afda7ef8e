"""What citizens said of the answers, and what came back."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext, ngettext

from reports.documents.tree import Section
from reports.periodic import phrases
from reports.periodic.facts import Facts


def section(facts: Facts) -> Section | None:
    """Return the section, None if nothing was answered and nothing came back."""
    paragraphs = tuple(filter(None, (_confirmed(facts), _rated(facts), _came_back(facts))))
    if not paragraphs:
        return None
    return Section(key="satisfaction", heading=gettext("What citizens say"), paragraphs=paragraphs)


def _confirmed(facts: Facts) -> str:
    confirmed, disputed, silent = (facts.count(name) for name in ("confirmed", "disputed", "unanswered"))
    answered = confirmed + disputed + silent
    if not answered:
        return ""
    words = {
        "answered": phrases.cases_counted(answered),
        "confirmed": phrases.cases(confirmed),
        "confirmed_share": phrases.share(confirmed, answered),
        "disputed": phrases.cases(disputed),
        "disputed_share": phrases.share(disputed, answered),
        "silent": phrases.cases(silent),
        "silent_share": phrases.share(silent, answered),
    }
    return (
        ngettext(
            "%(answered)s was answered in the period. Confirmed solved by the citizen: %(confirmed)s "
            "(%(confirmed_share)s). Disputed: %(disputed)s (%(disputed_share)s). No word from the citizen: %(silent)s "
            "(%(silent_share)s).",
            "%(answered)s were answered in the period. Confirmed solved by the citizen: %(confirmed)s "
            "(%(confirmed_share)s). Disputed: %(disputed)s (%(disputed_share)s). No word from the citizen: %(silent)s "
            "(%(silent_share)s).",
            answered,
        )
        % words
    )


def _rated(facts: Facts) -> str:
    treatment, rated = facts.total.value("satisfaction"), facts.total.value("rated")
    if treatment is None or rated is None:
        return ""
    return gettext(
        "Treatment as citizens rated it, from 1 to 5: %(treatment)s on average. They rated %(rated)s of the answers."
    ) % {"treatment": f"{treatment:.1f}", "rated": phrases.percent(Decimal(rated))}


def _came_back(facts: Facts) -> str:
    count = facts.count("came_back")
    if not count:
        return ""
    return gettext("Complaints about a problem that had been closed at the same place shortly before: %(cases)s.") % {
        "cases": phrases.cases(count)
    }
