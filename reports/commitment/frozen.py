"""The index frozen: every input as JSON and as a section of a report, and the index computed from either alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext, pgettext

from reports.audits.scoring import Stratum
from reports.commitment.counting import CountedAgency
from reports.commitment.index import AgencyIndex, Rule, compute
from reports.commitment.labels import group_label
from reports.documents.tree import Chart, ChartKind, Column, ColumnKind, Row, Section, Table
from reports.models.commitment import Component

#: The limits and the strength of a rule, as they are called in the frozen tables.
_NUMBERS: Final = ("medium_from", "large_from", "strength")


# ---- as JSON ----


def to_json(agencies: Sequence[CountedAgency], rule: Rule) -> dict[str, Any]:
    """Return the inputs of an index as values of JSON."""
    return {
        "rule": {
            "weights": {component.value: weight for component, weight in rule.weights.items()},
            **{name: getattr(rule, name) for name in _NUMBERS},
        },
        "agencies": [
            {
                "agency": each.agency,
                "volume": each.volume,
                "counts": {component.value: list(pair) for component, pair in each.counts.items()},
                "audited": [[sort.population, sort.judged, sort.genuine] for sort in each.audited],
            }
            for each in agencies
        ],
    }


def from_json(data: Mapping[str, Any]) -> tuple[list[CountedAgency], Rule]:
    """Return the inputs that ``to_json`` wrote."""
    stated = data["rule"]
    weights = {Component(name): weight for name, weight in stated["weights"].items()}
    agencies = [
        CountedAgency(
            row["agency"],
            row["volume"],
            {Component(name): (good, all_) for name, (good, all_) in row["counts"].items()},
            tuple(Stratum(*sort) for sort in row["audited"]),
        )
        for row in data["agencies"]
    ]
    return agencies, Rule(weights, **{name: stated[name] for name in _NUMBERS})


def indices(data: Mapping[str, Any]) -> list[AgencyIndex]:
    """Return the index of each agency from frozen inputs."""
    agencies, rule = from_json(data)
    return compute([each.for_index for each in agencies], rule)


# ---- as a section of a report ----


def section(data: Mapping[str, Any], names: Mapping[str, str]) -> Section:
    """Return the index with all its inputs as a section, in the active language; ``names`` are agencies by code.

    ``from_section`` computes the index again from these tables alone.
    """
    agencies, rule = from_json(data)
    note = gettext("Where the intervals of two agencies overlap, neither is called better.")
    return Section(
        key="commitment",
        heading=gettext("Commitment index"),
        paragraphs=(note,),
        tables=(
            _index_table(indices(data), names),
            _counts_table(agencies, names),
            _audits_table(agencies, names),
            _rule_table(rule),
        ),
        charts=(Chart(ChartKind.INTERVAL, "commitment_index", ("index", "low", "high"), gettext("Commitment index")),),
    )


def _index_table(rows: Sequence[AgencyIndex], names: Mapping[str, str]) -> Table:
    return Table(
        key="commitment_index",
        caption=gettext("Commitment index by agency, 0 to 100"),
        columns=(
            Column("agency", gettext("Agency"), ColumnKind.TEXT),
            Column("group", gettext("Group"), ColumnKind.TEXT),
            Column("volume", pgettext("figures", "Received"), ColumnKind.COUNT),
            Column("index", gettext("Index"), ColumnKind.SCORE),
            Column("low", gettext("From"), ColumnKind.SCORE),
            Column("high", gettext("To"), ColumnKind.SCORE),
            Column("mean", gettext("Mean of the group"), ColumnKind.SCORE),
        ),
        rows=tuple(
            (names[row.agency], str(group_label(row.group)), row.volume, row.index, row.low, row.high, row.mean)
            for row in rows
        ),
        row_keys=tuple(row.agency for row in rows),
    )


def _counts_table(agencies: Sequence[CountedAgency], names: Mapping[str, str]) -> Table:
    found = [(each.agency, component, pair) for each in agencies for component, pair in each.counts.items()]
    return Table(
        key="commitment_counts",
        caption=gettext("Counts of the components"),
        columns=(
            Column("agency", gettext("Agency"), ColumnKind.TEXT),
            Column("component", gettext("Component"), ColumnKind.TEXT),
            Column("good", gettext("Good"), ColumnKind.COUNT),
            Column("all", gettext("Of all"), ColumnKind.COUNT),
        ),
        rows=tuple((names[code], str(component.label), *pair) for code, component, pair in found),
        row_keys=tuple(f"{code}:{component.value}" for code, component, _pair in found),
    )


def _audits_table(agencies: Sequence[CountedAgency], names: Mapping[str, str]) -> Table:
    found = [(each, place, sort) for each in agencies for place, sort in enumerate(each.audited)]
    return Table(
        key="commitment_audits",
        caption=gettext("Audited answers by sort"),
        columns=(
            Column("agency", gettext("Agency"), ColumnKind.TEXT),
            Column("answers", gettext("Answers of this sort"), ColumnKind.COUNT),
            Column("judged", gettext("Audited"), ColumnKind.COUNT),
            Column("genuine", gettext("Found to be real"), ColumnKind.COUNT),
        ),
        rows=tuple((names[each.agency], sort.population, sort.judged, sort.genuine) for each, _place, sort in found),
        row_keys=tuple(f"{each.agency}:{place}" for each, place, _sort in found),
    )


def _rule_table(rule: Rule) -> Table:
    rows: list[tuple[str, Row]] = [
        (component.value, (str(component.label), weight)) for component, weight in rule.weights.items()
    ]
    labels = (
        gettext("An agency is medium-sized from this number of cases"),
        gettext("An agency is large from this number of cases"),
        gettext("Strength: the number of cases that the mean of the group counts as"),
    )
    rows += [(name, (label, getattr(rule, name))) for name, label in zip(_NUMBERS, labels, strict=True)]
    return Table(
        key="commitment_rule",
        caption=gettext("Weights in percent, and limits"),
        columns=(
            Column("name", gettext("Part of the rule"), ColumnKind.TEXT),
            Column("number", gettext("Number"), ColumnKind.COUNT),
        ),
        rows=tuple(row for _key, row in rows),
        row_keys=tuple(key for key, _row in rows),
    )


def from_section(frozen: Section) -> list[AgencyIndex]:
    """Compute the index again from a frozen section alone: neither database nor settings are read."""
    numbers = _numbers(frozen.table("commitment_rule"), 1)
    rule = Rule(
        {component: numbers[component.value][0] for component in Component},
        **{name: numbers[name][0] for name in _NUMBERS},
    )
    counts, audited = (
        _numbers(frozen.table(f"commitment_{name}"), first) for name, first in (("counts", 2), ("audits", 1))
    )
    shown = frozen.table("commitment_index")
    volumes = {code: row[2] for code, row in zip(shown.row_keys, shown.rows, strict=True)}
    agencies = [
        CountedAgency(
            code,
            int(volumes[code]),  # type: ignore[arg-type] # a count
            {
                Component(key.partition(":")[2]): (pair[0], pair[1])
                for key, pair in counts.items()
                if _belongs_to(key, code)
            },
            tuple(Stratum(*sort) for key, sort in audited.items() if _belongs_to(key, code)),
        )
        for code in volumes
    ]
    return compute([each.for_index for each in agencies], rule)


def _belongs_to(key: str, code: str) -> bool:
    return key.rpartition(":")[0] == code


def _numbers(table: Table, first: int) -> dict[str, list[int]]:
    """Return the counts of a table by the keys of its rows, from the column ``first`` on."""
    return {
        key: [int(cell) for cell in row[first:]]  # type: ignore[arg-type] # columns of counts
        for key, row in zip(table.row_keys, table.rows, strict=True)
    }
