"""Who reads and answers annexes; pages ask here, and the actions enforce it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from accounts.models import User
from accounts.roles import READERS, REPORT_READERS, Role
from complaints.models import Case
from reports.access import opens_cases, own_agencies, reads_all_figures
from reports.circulation.content import CASES, DIRECTIVES
from reports.directives.permissions import ADDRESSEES, may_read_directives
from reports.documents.tree import Document, Section
from reports.models import Annex
from reports.models.circulation import AnnexQuerySet

#: Who may open an annex at all.
ANNEX_READERS = REPORT_READERS | READERS
#: The office to which reports are addressed.
ADDRESSEE = frozenset({Role.PM_OFFICE})


def visible_to(user: User, at: datetime) -> AnnexQuerySet:
    """Return the annexes ``user`` reads: all, or those of their agencies and of agencies merged into these."""
    annexes = Annex.objects.all()
    return annexes if reads_all_figures(user, at) else annexes.filter(agency__in=own_agencies(user, at))


def readable(document: Document, annex: Annex, user: User, at: datetime) -> Document:
    """Return of a stored annex what ``user`` reads: directives by their role, cases without those kept from them.

    What is stored stays whole. One statement.
    """
    directives = may_read_directives(user, annex.agency_id, at)
    sections = (each for each in document.sections if directives or each.key != DIRECTIVES)
    return replace(
        document, sections=tuple(_visible_cases(each, user, at) if each.key == CASES else each for each in sections)
    )


def _visible_cases(section: Section, user: User, at: datetime) -> Section:
    """Leave out the cases ``user`` may not see; the Prime Minister's office, which opens none, reads all numbers."""
    if not opens_cases(user, at):
        return section
    listed = [row[0] for table in section.tables for row in table.rows]
    seen = set(Case.objects.visible_to(user, at=at).filter(reference__in=listed).values_list("reference", flat=True))
    tables = (
        replace(table, rows=tuple(row for row in table.rows if row[0] in seen), row_keys=()) for table in section.tables
    )
    return replace(section, tables=tuple(tables))


def is_of_agency(user: User, annex: Annex, at: datetime) -> bool:
    """Tell whether ``user`` reads ``annex`` as somebody of its agency: whose first opening is noted."""
    return annex.agency_id in own_agencies(user, at)


def may_answer(user: User, annex: Annex, at: datetime) -> bool:
    """Tell whether ``user`` answers for the agency of ``annex``: one of its escalation ladder."""
    return annex.agency_id in user.authority(at).agencies(ADDRESSEES)
