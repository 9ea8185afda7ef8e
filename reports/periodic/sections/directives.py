"""The directives of the period: issued, closed, and those still open at its end, with the late ones."""

from __future__ import annotations

from django.utils.translation import gettext, pgettext

from reports.documents.tree import Column, ColumnKind, Section, Table
from reports.models import Directive, DirectiveStepKind
from reports.periodic import phrases
from reports.periodic.facts import Facts

#: With one of these steps a directive is over.
ENDS = frozenset({DirectiveStepKind.CLOSED, DirectiveStepKind.WITHDRAWN})


def section(facts: Facts) -> Section | None:
    """Return the section, None if there was no directive; two statements."""
    issued, closed, still_open = _counted(facts)
    if not issued and not closed and not still_open:
        return None
    late = sum(directive.due_on <= facts.period.last for directive in still_open)
    words = {
        "issued": phrases.number(issued),
        "closed": phrases.number(closed),
        "open": phrases.number(len(still_open)),
        "late": phrases.number(late),
    }
    said = gettext(
        "Directives issued in the period: %(issued)s. Closed: %(closed)s. Open at its end: %(open)s, of which past "
        "their date: %(late)s."
    )
    return Section(
        key="directives",
        heading=gettext("Directives"),
        paragraphs=(said % words,),
        tables=(_table(still_open),) if still_open else (),
    )


def _counted(facts: Facts) -> tuple[int, int, list[Directive]]:
    """Return how many directives were issued and closed in the period, and those open at its end, by their date."""
    end = facts.as_of
    rows = Directive.objects.filter(issued_at__lt=end).select_related("agency").prefetch_related("steps")
    issued = closed = 0
    still_open: list[Directive] = []
    for directive in rows.order_by("due_on", "pk"):
        ended = next((step for step in directive.steps.all() if step.kind in ENDS and step.at < end), None)
        issued += directive.issued_at >= facts.period.starts_at
        if ended is None:
            still_open.append(directive)
        elif ended.at >= facts.period.starts_at and ended.kind == DirectiveStepKind.CLOSED:
            closed += 1
    return issued, closed, still_open


def _table(still_open: list[Directive]) -> Table:
    return Table(
        key="directives",
        caption=gettext("Directives open at the end of the period"),
        columns=(
            Column("name", gettext("Agency"), ColumnKind.TEXT),
            Column("title", pgettext("of a directive", "What is to be done"), ColumnKind.TEXT),
            Column("issued", gettext("Issued"), ColumnKind.DATE),
            Column("due", pgettext("of a directive", "Due"), ColumnKind.DATE),
        ),
        rows=tuple((each.agency.name, each.title, each.issued_at.date(), each.due_on) for each in still_open),
        row_keys=tuple(each.agency.code for each in still_open),
    )
