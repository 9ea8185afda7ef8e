"""In short: what a reader with one minute should know; every sentence stands again in its section, with its table."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext, ngettext, pgettext

from reports.documents.tree import Chart, ChartKind, Column, ColumnKind, Row, Section, Table
from reports.figures.sums import Dimension
from reports.periodic import phrases, tables
from reports.periodic.facts import CaseGroup, Earlier, Facts

# ---- Which agencies the cases concern, how far they gather at a few, and the figures of each. ----


NAMED = 5
#: Of few agencies, nobody needs to be told how many of them have half of the cases.
FEWEST_TO_HALVE = 4
MEASURES = ("closed", "pending", "late", "answered_on_time")


def section(facts: Facts) -> Section | None:
    """Return the section, None if there is nothing to count."""
    groups = facts.groups(Dimension.AGENCY)
    table = tables.group_table(
        "agencies", gettext("Figures by agency"), gettext("Agency"), groups, MEASURES, total=facts.total
    )
    if not table.rows:
        return None
    said = [_number(facts), most_received(facts, named=NAMED), _half(facts), _unplaced(facts)]
    return Section(
        key="agencies",
        heading=gettext("Agencies"),
        paragraphs=tuple(filter(None, said)),
        tables=(table,),
        charts=(Chart(ChartKind.BARS, table.key, ("received",), gettext("Cases received, by agency")),),
    )


def most_received(facts: Facts, *, named: int) -> str:
    """Name the agencies with most cases, and say what they have together; nothing where there is one only."""
    rows = [(group.name, group.count("received")) for group in facts.agencies]
    if not rows:
        return ""
    words = {"names": phrases.counted_names(rows[:named], facts.received)}
    if len(rows) == 1:
        return gettext("All of them concern one agency: %(names)s.") % words
    if len(rows) <= named:
        return gettext("By agency: %(names)s.") % words
    together = sum(count for _name, count in rows[:named])
    words |= {"cases": phrases.cases(together), "percent": phrases.share(together, facts.received)}
    said = gettext("Agencies with most cases: %(names)s. Together: %(cases)s (%(percent)s of all).") % words
    return " ".join(filter(None, (said, as_many([count for _name, count in rows], named))))


def as_many(counts: Sequence[int], named: int) -> str:
    """Say how many agencies are not among the ``named`` although they have as many cases as the last of these."""
    others = phrases.tied_with_last(counts, named)
    if not others:
        return ""
    return ngettext(
        "%(number)s more agency has as many cases as the last of them.",
        "%(number)s more agencies have as many cases as the last of them.",
        others,
    ) % {"number": phrases.number(others)}


def _number(facts: Facts) -> str:
    count = len(facts.agencies)
    if not count:
        return ""
    return ngettext("The cases received concern %(agencies)s.", "The cases received concern %(agencies)s.", count) % {
        "agencies": phrases.agencies_counted(count)
    }


def _half(facts: Facts) -> str:
    """Say at how few agencies half of the cases are."""
    counts = [group.count("received") for group in facts.agencies]
    if len(counts) < FEWEST_TO_HALVE:
        return ""
    reached, needed = 0, 0
    while reached * 2 < facts.received and needed < len(counts):
        reached += counts[needed]
        needed += 1
    if reached * 2 < facts.received:
        return ""
    words = {"agencies": phrases.agencies_counted(needed), "percent": phrases.share(reached, facts.received)}
    return gettext("At least half of all cases (%(percent)s) concern %(agencies)s.") % words


def _unplaced(facts: Facts) -> str:
    unplaced = next((group for group in facts.groups(Dimension.AGENCY) if group.key is None), None)
    count = unplaced.count("received") if unplaced else 0
    if not count:
        return ""
    return ngettext(
        "%(cases)s had not been given to an agency at the end of the period.",
        "%(cases)s had not been given to an agency at the end of the period.",
        count,
    ) % {"cases": phrases.cases(count)}


# ---- Whether competence was decided and answers were given in time, and how long both took. ----


def timeliness_section(facts: Facts) -> Section | None:
    """Return the section, None if nothing was due in the period."""
    said = (_decided_on_time(facts), answered_on_time(facts), _days_to_decide(facts), _days_to_answer(facts))
    paragraphs = tuple(filter(None, said))
    if not paragraphs:
        return None
    return Section(key="timeliness", heading=gettext("In time"), paragraphs=paragraphs)


def answered_on_time(facts: Facts) -> str:
    """Say which share of the answers was given in time, against the same period of the year before."""
    return tables.share_against(
        gettext("Answered in time: %(percent)s"),
        _value(facts, "answered_on_time"),
        _before(facts, "answered_on_time"),
        within=facts.year_before.within,
    )


def _decided_on_time(facts: Facts) -> str:
    return tables.share_against(
        gettext("Responsibility decided in time: %(percent)s"),
        _value(facts, "decided_on_time"),
        _before(facts, "decided_on_time"),
        within=facts.year_before.within,
    )


def _days_to_decide(facts: Facts) -> str:
    sentence = gettext(
        "Until responsibility was decided: half of the cases within %(middle)s, nine of ten within %(most)s."
    )
    return _days(sentence, facts, "days_to_decide")


def _days_to_answer(facts: Facts) -> str:
    sentence = gettext("Until the answer: half of the cases within %(middle)s, nine of ten within %(most)s.")
    return _days(sentence, facts, "days_to_answer")


def _days(sentence: str, facts: Facts, measure: str) -> str:
    middle, most = facts.total.value(f"{measure}_median"), facts.total.value(f"{measure}_p90")
    if middle is None or most is None:
        return ""
    return sentence % {"middle": phrases.days(int(middle)), "most": phrases.days(int(most))}


def _value(facts: Facts, measure: str) -> Decimal | None:
    found = facts.total.value(measure)
    return None if found is None else Decimal(found)


def _before(facts: Facts, measure: str) -> Decimal | None:
    found = facts.year_before.figures.value(measure)
    return None if found is None else Decimal(found)


SUMMARY_NAMED = 3


def summary_section(facts: Facts) -> Section:
    """Return the summary."""
    first = " ".join([tables.received(facts), tables.received_against(facts.year_before, facts)])
    paragraphs = (
        first,
        tables.closed_of_received(facts),
        most_received(facts, named=SUMMARY_NAMED),
        _places(facts),
        answered_on_time(facts),
    )
    return Section(key="summary", heading=gettext("In short"), paragraphs=tuple(filter(None, paragraphs)))


def _places(facts: Facts) -> str:
    groups = [group for group in facts.groups(Dimension.GOVERNORATE) if group.key is not None]
    rows = [(group.name, group.count("received")) for group in groups if group.count("received")]
    if not rows:
        return ""
    said = gettext("Most cases by governorate: %(names)s.") % {
        "names": phrases.counted_names(rows[:SUMMARY_NAMED], facts.received)
    }
    return " ".join(filter(None, (said, _as_many([count for _name, count in rows]))))


def _as_many(counts: Sequence[int]) -> str:
    others = phrases.tied_with_last(counts, SUMMARY_NAMED)
    if not others:
        return ""
    return ngettext(
        "%(number)s more governorate has as many cases as the last of them.",
        "%(number)s more governorates have as many cases as the last of them.",
        others,
    ) % {"number": phrases.number(others)}


# ---- Cases received, against the same period of the year before, the period before, and over several periods. ----


COMPARISON_MEASURES = ("received", "closed", "pending", "answered_on_time", "confirmed_gap")


def comparison_section(facts: Facts) -> Section:
    """Return the section with its table of periods."""
    earlier = [facts.year_before]
    if facts.before.period != facts.year_before.period:
        earlier.append(facts.before)
    said = [tables.received(facts), *(tables.received_against(each, facts) for each in earlier)]
    table = _table(facts)
    return Section(
        key="received",
        heading=gettext("Cases received"),
        paragraphs=(" ".join(said),),
        tables=(table,),
        charts=(Chart(ChartKind.LINES, table.key, COMPARISON_MEASURES[:2], gettext("Received and closed")),),
    )


def _table(facts: Facts) -> Table:
    return Table(
        key="periods",
        caption=gettext("Comparison over periods"),
        columns=(
            Column("name", gettext("Period"), ColumnKind.TEXT),
            *(tables.measure_column(measure) for measure in COMPARISON_MEASURES),
        ),
        rows=tuple(
            (each.heading, *(tables.cell(each.figures, measure) for measure in COMPARISON_MEASURES))
            for each in facts.series
        ),
        row_keys=tuple(each.period.first.isoformat() for each in facts.series),
    )


# ---- Cases received by governorate, all of them named, with the map. ----


GOVERNORATES_MEASURES = ("closed", "pending")


def governorates_section(facts: Facts) -> Section | None:
    """Return the section, None if no case was received."""
    groups = facts.groups(Dimension.GOVERNORATE)
    rows = [(group.name, group.count("received")) for group in groups if group.count("received")]
    if not rows:
        return None
    table = tables.group_table(
        *("governorates", gettext("Cases by governorate"), gettext("Governorate")),
        groups,
        GOVERNORATES_MEASURES,
        total=facts.total,
    )
    said = gettext("Cases received by governorate: %(names)s.") % {"names": phrases.counted_names(rows, facts.received)}
    return Section(
        key="governorates",
        heading=gettext("Governorates"),
        paragraphs=(said,),
        tables=(table,),
        charts=(Chart(ChartKind.MAP, table.key, ("received",), gettext("Cases received, by governorate")),),
    )


# ---- Cases received by channel. ----


def channels_section(facts: Facts) -> Section | None:
    """Return the section, None if no case was received."""
    groups = [group for group in facts.groups(Dimension.CHANNEL) if group.count("received")]
    if not groups:
        return None
    rows = [(group.name, group.count("received")) for group in groups]
    table = tables.group_table(
        "channels", gettext("Cases by channel"), gettext("Channel"), groups, (), total=facts.total
    )
    said = gettext("Cases received by channel: %(names)s.") % {"names": phrases.counted_names(rows, facts.received)}
    return Section(
        key="channels",
        heading=gettext("Channels"),
        paragraphs=(said,),
        tables=(table,),
        charts=(Chart(ChartKind.BARS, table.key, ("received",), gettext("Cases received, by channel")),),
    )


# ---- What the cases are: their kinds, and the topics they are about. ----


NATURE_MEASURES = ("closed", "pending", "late")


def nature_section(facts: Facts) -> Section | None:
    """Return the section, None if no case was received."""
    if not facts.received:
        return None
    kinds, topics = (facts.groups(dimension) for dimension in (Dimension.KIND, Dimension.TOPIC))
    kind_table = tables.group_table(
        "kinds", gettext("Cases by kind"), pgettext("case", "Kind"), kinds, NATURE_MEASURES, total=facts.total
    )
    topic_table = tables.group_table(
        "topics", gettext("Cases by topic"), pgettext("report", "Topic"), topics, NATURE_MEASURES, total=facts.total
    )
    said = (
        gettext("Cases received by kind: %(names)s.") % {"names": _names(kinds, facts)},
        _most_frequent(topics, facts),
    )
    return Section(
        key="nature",
        heading=gettext("Nature of the cases"),
        paragraphs=said,
        tables=(kind_table, topic_table),
        charts=(Chart(ChartKind.BARS, topic_table.key, ("received",), gettext("Cases received, by topic")),),
    )


def _names(groups: list[CaseGroup], facts: Facts) -> str:
    received = [(group.name, group.count("received")) for group in groups if group.count("received")]
    return phrases.counted_names(received, facts.received)


def _most_frequent(topics: list[CaseGroup], facts: Facts) -> str:
    said = gettext("Most frequent topics: %(names)s.") % {"names": _names(topics[:NAMED], facts)}
    counts = [topic.count("received") for topic in topics if topic.key is not None and topic.count("received")]
    others = phrases.tied_with_last(counts, NAMED)
    if not others:
        return said
    also = ngettext(
        "%(number)s more topic has as many cases as the last of them.",
        "%(number)s more topics have as many cases as the last of them.",
        others,
    ) % {"number": phrases.number(others)}
    return f"{said} {also}"


# ---- The main subjects of the cases of each agency. ----


#: How many agencies have a sentence, and how many of its topics are named there and in the table.
SUBJECTS_NAMED, TOPICS = 5, 3


def subjects_section(facts: Facts) -> Section | None:
    """Return the section, None if no case was received."""
    agencies = facts.agencies
    if not agencies:
        return None
    said = tuple(_subjects(facts, agency) for agency in agencies[:SUBJECTS_NAMED])
    rows: list[Row] = []
    keys: list[str] = []
    for agency in agencies:
        for topic in facts.topics(agency.key)[:TOPICS]:
            count = topic.count("received")
            rows.append((agency.name, topic.name, count, tables.part(count, agency.count("received"))))
            keys.append(agency.code)
    return Section(
        key="subjects",
        heading=gettext("Main subjects of each agency"),
        paragraphs=said,
        tables=(_subjects_table(tuple(rows), tuple(keys)),),
    )


def _subjects(facts: Facts, agency: CaseGroup) -> str:
    whole = agency.count("received")
    rows = [(topic.name, topic.count("received")) for topic in facts.topics(agency.key)[:TOPICS]]
    words = {"agency": agency.name, "cases": phrases.cases(whole), "names": phrases.counted_names(rows, whole)}
    return gettext("%(agency)s (%(cases)s): %(names)s.") % words


def _subjects_table(rows: tuple[Row, ...], keys: tuple[str, ...]) -> Table:
    return Table(
        key="subjects",
        caption=gettext("The most frequent topics of each agency"),
        columns=(
            Column("name", gettext("Agency"), ColumnKind.TEXT),
            Column("topic", pgettext("report", "Topic"), ColumnKind.TEXT),
            tables.measure_column("received"),
            Column(
                "share_agency",
                gettext("Share of the agency's cases"),
                ColumnKind.SHARE,
                gettext("The cases received on the topic, divided by all cases the agency received."),
            ),
        ),
        rows=rows,
        row_keys=keys,
    )


# ---- What was closed, and how it ended. ----


def closed_section(facts: Facts) -> Section | None:
    """Return the section, None if nothing was received or closed."""
    said = (
        tables.closed_of_received(facts),
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
