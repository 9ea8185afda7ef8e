"""The phenomena known at the end of the period: who owns them, what was promised, and what the inflow did since."""

from __future__ import annotations

from reports.documents.tree import Section
from reports.periodic.facts import Facts
from reports.phenomena.report_section import phenomena_section


def section(facts: Facts) -> Section | None:
    """Return the section, None if none is recorded; one statement, and one for each that has a commitment."""
    found = phenomena_section(facts.period, at=facts.as_of)
    return found if found.tables else None
