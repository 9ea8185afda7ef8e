"""The sections of a report, one module each, in the order they are read; None where a section has nothing to say."""

from __future__ import annotations

from collections.abc import Callable

from reports.documents.tree import Section
from reports.periodic.facts import Facts
from reports.periodic.sections import (
    agencies,
    answers,
    audits,
    channels,
    closed,
    commitment,
    comparison,
    directives,
    governorates,
    nature,
    pending,
    phenomena,
    process,
    satisfaction,
    subjects,
    summary,
    timeliness,
)

type MakeSection = Callable[[Facts], Section | None]

SECTIONS: tuple[MakeSection, ...] = (
    summary.section,
    comparison.section,
    agencies.section,
    governorates.section,
    channels.section,
    nature.section,
    subjects.section,
    closed.section,
    pending.section,
    timeliness.section,
    satisfaction.section,
    process.section,
    audits.section,
    commitment.section,
    phenomena.section,
    directives.section,
    answers.section,
)
