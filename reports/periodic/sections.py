"""The sections of a report, one module each, in the order they are read; None where a section has nothing to say."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext, ngettext, pgettext

from reports.audits import scoring
from reports.commitment import frozen
from reports.documents.tree import Chart, ChartKind, Column, ColumnKind, Section, Table
from reports.figures.measures import MEASURES
from reports.figures.reading import upheld_causes
from reports.figures.sums import Dimension
from reports.models import Annex, Directive, DirectiveStepKind
from reports.periodic import phrases, sections_of_cases, tables
from reports.periodic.facts import CaseGroup, Facts
from reports.periodic.sections_of_cases import as_many
from reports.phenomena.report_section import phenomena_section as report_section_phenomena_section

# ---- What is still pending at the end of the period, for how long, and with whom. ----


NAMED = 5
#: By how long ago a pending case was filed.
AGES = ("pending_week", "pending_month", "pending_quarter", "pending_older")


def pending_section(facts: Facts) -> Section:
    """Return the section; its first sentence says so if nothing is pending."""
    whole = facts.count("pending")
    heading = gettext("Still pending, by agency")
    if not whole:
        return Section(key="pending", heading=heading, paragraphs=(gettext("No case was pending."),))
    groups = sorted(
        (group for group in facts.groups(Dimension.AGENCY) if group.count("pending")),
        key=lambda group: -group.count("pending"),
    )
    said = (_number(facts), _ages(facts), _holders(groups, whole))
    table = _table(groups, whole)
    return Section(
        key="pending",
        heading=heading,
        paragraphs=said,
        tables=(table,),
        charts=(Chart(ChartKind.BARS, table.key, ("pending",), gettext("Pending cases, by agency")),),
    )


def _number(facts: Facts) -> str:
    whole, late = facts.count("pending"), facts.count("late")
    words = {
        "cases": phrases.cases_counted(whole),
        "late": phrases.cases_counted(late),
        "percent": phrases.share(late, whole),
    }
    first = ngettext(
        "At the end of the period %(cases)s was pending, whenever it was received.",
        "At the end of the period %(cases)s were pending, whenever they were received.",
        whole,
    )
    if not late:
        return " ".join([first % words, gettext("None of them was past its first deadline.")])
    second = ngettext(
        "Of these, %(late)s (%(percent)s) was past its first deadline.",
        "Of these, %(late)s (%(percent)s) were past their first deadline.",
        late,
    )
    return " ".join([first % words, second % words])


def _ages(facts: Facts) -> str:
    rows = [(str(MEASURES[name].label), facts.count(name)) for name in AGES if facts.count(name)]
    return gettext("%(names)s.") % {"names": phrases.counted_names(rows, facts.count("pending"))}


def _holders(groups: list[CaseGroup], whole: int) -> str:
    rows = [(group.name, group.count("pending")) for group in groups[:NAMED]]
    said = gettext("Agencies with most pending cases: %(names)s.") % {"names": phrases.counted_names(rows, whole)}
    return " ".join(filter(None, (said, as_many([group.count("pending") for group in groups], NAMED))))


def _table(groups: list[CaseGroup], whole: int) -> Table:
    return Table(
        key="pending",
        caption=gettext("Pending cases by agency"),
        columns=(
            Column("name", gettext("Agency"), ColumnKind.TEXT),
            tables.measure_column("pending"),
            Column(
                "share_pending",
                gettext("Share of pending cases"),
                ColumnKind.SHARE,
                gettext("The pending cases in the row, divided by all pending cases."),
            ),
            *(tables.measure_column(name) for name in ("late", *AGES)),
        ),
        rows=tuple(
            (
                group.name,
                group.count("pending"),
                tables.part(group.count("pending"), whole),
                *(group.count(name) for name in ("late", *AGES)),
            )
            for group in groups
        ),
        row_keys=tuple(group.code for group in groups),
    )


# ---- What citizens said of the answers, and what came back. ----


def satisfaction_section(facts: Facts) -> Section | None:
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


# ---- How the work went: where cases spent their time, and what was sent back, extended, corrected or not
# delivered.


HELD = ("held_desk", "held_directorate", "held_citizen", "held_unit", "held_outside")
COUNTED = ("bounces", "extensions", "objections", "objections_upheld", "challenged_sent")
COUNTED_LAST = ("topic_corrections", "messages_failed")


def process_section(facts: Facts) -> Section | None:
    """Return the section, None if cases spent no time anywhere and nothing happened to them."""
    held, counted, causes = _held(facts), _counted(facts), _causes(facts)
    if not held.rows and not counted.rows:
        return None
    shown = tuple(table for table in (held, counted, causes) if table.rows)
    return Section(
        key="process",
        heading=gettext("How the work went"),
        paragraphs=tuple(filter(None, (_time(facts),))),
        tables=shown,
        charts=(Chart(ChartKind.BARS, held.key, ("hours",), gettext("Working hours, by holder")),) if held.rows else (),
    )


def _time(facts: Facts) -> str:
    """Say where the working time of the cases went, the largest share first."""
    hours = [(str(MEASURES[name].label), facts.count(name)) for name in HELD if facts.count(name)]
    whole = sum(count for _name, count in hours)
    if not whole:
        return ""
    said = [
        gettext("%(name)s: %(percent)s") % {"name": name, "percent": phrases.share(count, whole)}
        for name, count in sorted(hours, key=lambda row: -row[1])
    ]
    return gettext("Where the working time of cases went: %(names)s.") % {"names": phrases.listed(said)}


def _held(facts: Facts) -> Table:
    hours = [(str(MEASURES[name].label), facts.count(name)) for name in HELD if facts.count(name)]
    whole = sum(count for _name, count in hours)
    return Table(
        key="held",
        caption=gettext("Working hours by holder"),
        columns=(
            Column("name", gettext("Holder"), ColumnKind.TEXT),
            Column(
                "hours",
                pgettext("report", "Working hours"),
                ColumnKind.COUNT,
                gettext("The working hours in the period that cases spent there, added up over all cases."),
            ),
            Column(
                "share_hours",
                gettext("Share of the hours"),
                ColumnKind.SHARE,
                gettext("The working hours in the row, divided by all working hours."),
            ),
        ),
        rows=tuple((name, count, tables.part(count, whole)) for name, count in hours),
    )


def _causes(facts: Facts) -> Table:
    return Table(
        key="objection_causes",
        caption=gettext("What accepted objections were right about"),
        columns=(
            Column("name", gettext("Cause"), ColumnKind.TEXT),
            Column(
                "count",
                gettext("In the period"),
                ColumnKind.COUNT,
                gettext("Objections accepted in the period for this cause."),
            ),
        ),
        rows=tuple((cause.name, cause.number) for cause in upheld_causes(facts.period, at=facts.read_at)),
    )


def _counted(facts: Facts) -> Table:
    names = [name for name in (*COUNTED, *COUNTED_LAST) if facts.count(name) or facts.year_before.count(name)]
    return Table(
        key="process",
        caption=gettext("What happened to cases, and in the same period a year earlier"),
        columns=(
            Column("name", gettext("What happened"), ColumnKind.TEXT),
            Column("count", gettext("In the period"), ColumnKind.COUNT, gettext("What the row names, in the period.")),
            Column(
                "count_before",
                gettext("A year earlier"),
                ColumnKind.COUNT,
                gettext("What the row names, in the same period of the year before."),
            ),
        ),
        rows=tuple((str(MEASURES[name].label), facts.count(name), facts.year_before.count(name)) for name in names),
        row_keys=tuple(names),
    )


# ---- What the blind audits of the period found of the answers, all agencies together. ----


def audits_section(facts: Facts) -> Section | None:
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


# ---- The commitment index of the period with all its inputs, from which it can be computed again. ----


def commitment_section(facts: Facts) -> Section | None:
    """Return the section, None if there is no index of exactly this period; two statements."""
    return frozen.report_section(facts.period)


# ---- The phenomena known at the end of the period: who owns them, what was promised, and what the inflow did
# since.


def phenomena_section(facts: Facts) -> Section | None:
    """Return the section, None if none is recorded; one statement, and one for each that has a commitment."""
    found = report_section_phenomena_section(facts.period, at=facts.as_of)
    return found if found.tables else None


# ---- The directives of the period: issued, closed, and those still open at its end, with the late ones. ----


#: With one of these steps a directive is over.
ENDS = frozenset({DirectiveStepKind.CLOSED, DirectiveStepKind.WITHDRAWN})


def directives_section(facts: Facts) -> Section | None:
    """Return the section, None if there was no directive; two statements."""
    issued, closed, still_open = _directives_counted(facts)
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
        tables=(_directives_table(still_open),) if still_open else (),
    )


def _directives_counted(facts: Facts) -> tuple[int, int, list[Directive]]:
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


def _directives_table(still_open: list[Directive]) -> Table:
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


# ---- Which agencies have answered their annex to the report before. ----


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


type MakeSection = Callable[[Facts], Section | None]

SECTIONS: tuple[MakeSection, ...] = (
    sections_of_cases.summary_section,
    sections_of_cases.comparison_section,
    sections_of_cases.section,
    sections_of_cases.governorates_section,
    sections_of_cases.channels_section,
    sections_of_cases.nature_section,
    sections_of_cases.subjects_section,
    sections_of_cases.closed_section,
    pending_section,
    sections_of_cases.timeliness_section,
    satisfaction_section,
    process_section,
    audits_section,
    commitment_section,
    phenomena_section,
    directives_section,
    section,
)
