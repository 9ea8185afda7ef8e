"""What the pages of the index show: groups of agencies, one agency with its components, and the trend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext
from django_stubs_ext import StrPromise

from agencies.models import Agency
from kit.charts.data import ChartData, ChartRow
from reports.audits.scoring import AgencyAudit
from reports.commitment import frozen
from reports.commitment.index import AgencyIndex, ComponentValue, Rule
from reports.commitment.labels import group_label
from reports.drill.links import cases_url
from reports.figures.scopes import Scope
from reports.models import IndexEdition
from reports.models.commitment import Component
from reports.periods import ReportPeriod

#: Earlier publications in a trend.
MOST_EARLIER = 6
#: The list of cases behind each component; the audit has none, so that it stays blind.
_CASES: Final[Mapping[Component, str]] = {
    Component.DECIDES: "decided_on_time",
    Component.ANSWERS: "answered_on_time",
    Component.CONFIRMED: "confirmed",
    Component.OBJECTIONS: "objections",
    Component.BOUNCES: "bounces",
    Component.EXTENSIONS: "extensions",
}


@dataclass(frozen=True)
class IndexRow:
    """One agency in the list: its index, and how it changed since the publication before."""

    index: AgencyIndex
    name: str
    href: str
    before: AgencyIndex | None

    @property
    def change(self) -> Decimal | None:
        """Return by how much the index changed; None without an earlier one."""
        return None if self.before is None else self.index.index - self.before.index

    @property
    def change_text(self) -> str:
        """Return the change with its sign."""
        return "" if self.change is None else f"{self.change:+}"

    @property
    def is_certain(self) -> bool:
        """Tell whether the change is larger than the two intervals explain."""
        return self.before is not None and not self.index.overlaps(self.before)


@dataclass(frozen=True)
class GroupTable:
    """The agencies of one group, with the chart of their intervals."""

    key: str
    title: StrPromise
    mean: Decimal
    rows: Sequence[IndexRow]
    chart: ChartData


@dataclass(frozen=True)
class ComponentRow:
    """One component on the page of an agency: how it was counted, and what it adds."""

    value: ComponentValue
    label: str
    counted: str
    hint: str
    href: str


def agency_names_by_code(edition: IndexEdition) -> Mapping[str, str]:
    """Return the names of the agencies of an edition by their codes; one statement."""
    codes = [row["agency"] for row in edition.counts["agencies"]]
    return {agency.code: agency.name for agency in Agency.objects.filter(code__in=codes)}


def earlier(edition: IndexEdition) -> list[IndexEdition]:
    """Return the publications of periods before, the latest first."""
    published = IndexEdition.objects.filter(last__lt=edition.first, published_at__isnull=False)
    return list(published.order_by("-last", "-first")[:MOST_EARLIER])


def groups(edition: IndexEdition) -> list[GroupTable]:
    """Return the groups of an edition with their agencies, the largest first; two statements."""
    names, before = agency_names_by_code(edition), _before(edition)
    rows = [
        IndexRow(
            index=each,
            name=names.get(each.agency, each.agency),
            href=reverse("commitment-agency", args=[edition.pk, each.agency]),
            before=before.get(each.agency),
        )
        for each in frozen.indices(edition.counts)
    ]
    return [_group(list(found)) for _group_key, found in groupby(rows, key=lambda row: row.index.group)]


def _before(edition: IndexEdition) -> Mapping[str, AgencyIndex]:
    last = next(iter(earlier(edition)), None)
    return {row.agency: row for row in frozen.indices(last.counts)} if last else {}


def _group(rows: Sequence[IndexRow]) -> GroupTable:
    first = rows[0].index
    columns = (gettext("Agency"), gettext("Index"), gettext("From"), gettext("To"))
    drawn = tuple(
        ChartRow(
            row.name,
            (float(row.index.index), float(row.index.low), float(row.index.high)),
            (str(row.index.index), str(row.index.low), str(row.index.high)),
        )
        for row in rows
    )
    chart = ChartData(columns, drawn, highest=100, mean=float(first.mean), mean_name=gettext("Mean of the group"))
    return GroupTable(first.group.value, group_label(first.group), first.mean, rows, chart)


@dataclass(frozen=True)
class AgencyIndexPage:
    """One agency in one edition: its index, its components, the rule, and earlier publications, oldest first."""

    index: AgencyIndex
    components: Sequence[ComponentRow]
    rule: Rule
    trend: Sequence[tuple[IndexEdition, AgencyIndex]]


def agency_page(edition: IndexEdition, whose: Agency) -> AgencyIndexPage | None:
    """Return what the page of an agency shows; None if it is not in the edition."""
    code = whose.code
    index = next((row for row in frozen.indices(edition.counts) if row.agency == code), None)
    if index is None:
        return None
    counted, rule = frozen.from_json(edition.counts)
    audit = AgencyAudit(next(each.audited for each in counted if each.agency == code))
    period = ReportPeriod(edition.first, edition.last)
    scope = Scope(agencies=frozenset({whose.pk}))
    urls = {component: cases_url(measure, period, scope) for component, measure in _CASES.items()}
    components = [_component(value, audit, urls.get(value.component, "")) for value in index.components]
    trend = [
        (other, row)
        for other in [*reversed(earlier(edition)), edition]
        for row in frozen.indices(other.counts)
        if row.agency == code
    ]
    return AgencyIndexPage(index, components, rule, trend)


def _component(value: ComponentValue, audit: AgencyAudit, href: str) -> ComponentRow:
    label = str(Component(value.component).label)
    if value.component == Component.SUBSTANCE:
        return ComponentRow(value, label, *_audited(audit), href="")
    counted = gettext("%(good)s of %(all)s") % {"good": _number(value.counts.good), "all": _number(value.counts.all)}
    if not value.counts.all:
        return ComponentRow(value, label, gettext("nothing to count"), "", "")
    return ComponentRow(value, label, counted, "", href)


def _audited(audit: AgencyAudit) -> tuple[str, str]:
    """Return how many audited answers are real, and how the sorts of answers were weighed."""
    if not audit.judged:
        return gettext("nothing to count"), ""
    numbers = {"good": audit.judged - audit.hollow, "all": audit.judged}
    sorts = [
        gettext("%(genuine)s of %(judged)s, for %(population)s answers")
        % {"genuine": sort.genuine, "judged": sort.judged, "population": sort.population}
        for sort in audit.strata
        if sort.judged
    ]
    if len(sorts) == 1:
        return gettext("%(good)s of %(all)s") % numbers, ""
    weighed = {"good": f"{float((audit.share or 0) * audit.effective):.2f}", "all": f"{float(audit.effective):.2f}"}
    sorts.append(gettext("weighted: %(good)s of %(all)s") % weighed)
    return gettext("%(good)s of %(all)s") % numbers, "; ".join(sorts)


def _number(count: Fraction) -> str:
    return f"{int(count):,}"
