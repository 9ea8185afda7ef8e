"""What the blind audits of the period found of the answers, all agencies together."""

from __future__ import annotations

from django.utils.translation import gettext

from reports.audits import scoring
from reports.documents.tree import Section
from reports.periodic import phrases
from reports.periodic.facts import Facts


def section(facts: Facts) -> Section | None:
    """Return the section, None if no answer of the period was audited; two statements."""
    found = list(scoring.audits(scoring.rounds_within(facts.period), at=facts.read_at).values())
    judged, hollow = sum(audit.judged for audit in found), sum(audit.hollow for audit in found)
    if not judged:
        return None
    words = {
        "answers": phrases.answers(judged),
        "agencies": phrases.agencies_counted(sum(1 for audit in found if audit.judged)),
        "hollow": phrases.answers(hollow),
        "percent": phrases.share(hollow, judged),
    }
    said = gettext(
        "Answers audited without showing agency and officer: %(answers)s, from %(agencies)s. Found hollow: %(hollow)s "
        "(%(percent)s)."
    )
    return Section(key="audits", heading=gettext("Audit of answers"), paragraphs=(said % words,))
