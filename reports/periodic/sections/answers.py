"""Which agencies have answered their annex to the report before."""

from __future__ import annotations

from django.utils.translation import gettext

from reports.documents.tree import Column, ColumnKind, Section, Table
from reports.models import Annex
from reports.periodic import phrases
from reports.periodic.facts import Facts


def section(facts: Facts) -> Section | None:
    """Return the section, None if no report before was circulated; one statement."""
    annexes = sorted(Annex.objects.before(facts.period.first), key=lambda each: (each.is_answered, each.agency.name))
    if not annexes:
        return None
    answered = sum(each.is_answered for each in annexes)
    said = gettext(
        "Annexes to the previous report: %(annexes)s. Answered: %(answered)s. Without an answer: %(missing)s."
    )
    words = {
        "annexes": phrases.number(len(annexes)),
        "answered": phrases.number(answered),
        "missing": phrases.number(len(annexes) - answered),
    }
    columns = (
        Column("name", gettext("Agency"), ColumnKind.TEXT),
        Column("answer", gettext("Answer of the agency"), ColumnKind.TEXT),
    )
    rows = tuple(
        (each.agency.name, gettext("Answered") if each.is_answered else gettext("No answer yet")) for each in annexes
    )
    caption = gettext("Answers to the previous report, by agency")
    return Section(
        key="answers",
        heading=gettext("Answers to the previous report"),
        paragraphs=(said % words,),
        tables=(Table("answers", caption, columns, rows),),
    )
