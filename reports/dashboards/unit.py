"""What the unit's page shows: decisions that wait, and the kept lists with names, sentences and links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language_bidi, gettext

from accounts.models import User
from accounts.roles import LADDER
from complaints.workflow import ClockKind
from reports.dashboards.decisions import CAP, WAITING, TriageCase, first_of_triage, waiting_counts
from reports.dashboards.kept import kept
from reports.dashboards.message_troubles import TROUBLES
from reports.dashboards.names import Names, names
from reports.dashboards.sentences import quiet_sentences, rise_sentences
from reports.dashboards.sparks import SparkBar, spark
from reports.drill import lists as links
from reports.figures.sums import Scope
from reports.models import KeptList, KeptListName
from reports.periods import DAY, ReportPeriod

#: The lists that name nobody.
NAMELESS: Final = tuple(name for name in KeptListName if name != KeptListName.DIRECTORY)
#: The most people or agencies that the directory names; the rest is a number.
MOST_NAMED = 5

type Row = Mapping[str, Any]


@dataclass(frozen=True)
class Tile:
    """One kind of decision: how many cases wait for it, and where it is made."""

    count: str
    label: str
    colour: str
    href: str


@dataclass(frozen=True)
class Finding:
    """A rise or a quiet agency: its title, where its cases are, and the sentences about it.

    A rise has its weekly counts as ``bars``, and in words as they are ``spoken``. ``agency`` is the code of the one to
    be told, empty where it is gone. ``phenomenon`` is the key of the phenomenon that a rise belongs to, 0 if none.
    """

    title: str
    href: str
    sentences: Sequence[str]
    bars: Sequence[SparkBar] = ()
    spoken: str = ""
    agency: str = ""
    phenomenon: int = 0
    phenomenon_name: str = ""


@dataclass(frozen=True)
class Line:
    """A line of a small table: a name, a number that opens its cases, and what is said beside it."""

    title: str
    number: int
    href: str
    note: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class AtRisk:
    """An agency at risk: the percentage answered on time now and before, and how many promises fall due in a week.

    ``x`` is where the bar of the percentage begins: at the right on right-to-left pages.
    """

    name: str
    href: str
    on_time: int
    before: int | None
    due: int
    due_href: str
    x: int


@dataclass(frozen=True)
class Named:
    """One kind of disorder of the directory: how many it meets, and the first of them with their links."""

    title: str
    number: int
    first: Sequence[tuple[str, str]]

    @property
    def more(self) -> int:
        """How many are not named."""
        return self.number - len(self.first)


@dataclass(frozen=True)
class UnitLists:
    """What the page of the unit shows of the kept lists, as they are until they are made again.

    ``missing`` are the lists that were never made.
    """

    rises: Sequence[Finding]
    at_risk: Sequence[AtRisk]
    quiet: Sequence[Finding]
    clocks: Sequence[Line]
    levels: Sequence[Line]
    messages: Sequence[Line]
    missing: frozenset[str]


@dataclass(frozen=True)
class UnitWork:
    """What the page of the unit shows as it is now: decisions that wait, and the people of the directory by name."""

    tiles: Sequence[Tile]
    triage: Sequence[TriageCase]
    directory: Sequence[Named]
    missing: frozenset[str]


def unit_lists() -> UnitLists:
    """Return the kept lists with their names; four statements, however long they are."""
    lists = kept(NAMELESS)
    found = _names(lists)
    return UnitLists(
        rises=[_rise(row, found, lists[KeptListName.RISES]) for row in _rows(lists, KeptListName.RISES)],
        at_risk=[_at_risk(row, found) for row in _rows(lists, KeptListName.AT_RISK)],
        quiet=[_quiet(row, found, at=lists[KeptListName.QUIET].made_at) for row in _rows(lists, KeptListName.QUIET)],
        clocks=_clocks(lists),
        levels=_levels(lists),
        messages=[_message(row) for row in _rows(lists, KeptListName.MESSAGES)],
        missing=frozenset(NAMELESS) - lists.keys(),
    )


def unit_work(user: User, *, at: datetime) -> UnitWork:
    """Return what ``user`` of the unit decides, and the directory; six statements."""
    lists = kept([KeptListName.DIRECTORY])
    return UnitWork(
        tiles=_tiles(waiting_counts(user, at=at)),
        triage=first_of_triage(user, at=at),
        directory=_directory(lists, _names(lists)),
        missing=frozenset([KeptListName.DIRECTORY]) - lists.keys(),
    )


def _rows(lists: Mapping[KeptListName, KeptList], name: KeptListName) -> Sequence[Row]:
    return lists[name].content if name in lists else ()


def _names(lists: Mapping[KeptListName, KeptList]) -> Names:
    cells = [row["cell"] for row in _rows(lists, KeptListName.RISES)]
    order = lists[KeptListName.DIRECTORY].content if KeptListName.DIRECTORY in lists else {}
    return names(
        agencies=[
            *(cell["agency"] for cell in cells),
            *(row["agency"] for name in (KeptListName.QUIET, KeptListName.AT_RISK) for row in _rows(lists, name)),
            *order.get("without_officer", ())[:MOST_NAMED],
        ],
        topics=[cell["topic"] for cell in cells if cell["topic"]],
        governorates=[cell["governorate"] for cell in cells if cell["governorate"]],
        people=[key for name in ("phone_not_proven", "not_signed_in") for key in order.get(name, ())[:MOST_NAMED]],
    )


def _tiles(counts: Mapping[str, int]) -> list[Tile]:
    """Return the kinds of decisions; danger to life only where there is any."""
    return [
        Tile(
            f"{CAP}+" if counts[name] > CAP else str(counts[name]),
            str(kind.label),
            kind.colour,
            reverse(kind.page) + kind.query,
        )
        for name, kind in WAITING.items()
        if counts[name] or name != "danger"
    ]


# ---- rises and quiet agencies ----


def _rise(row: Row, found: Names, held: KeptList) -> Finding:
    cell, last = row["cell"], held.made_at.astimezone().date()
    parts = [
        found.topics[cell["topic"]].name if cell["topic"] in found.topics else gettext("No topic"),
        found.agencies[cell["agency"]].short_name if cell["agency"] in found.agencies else "",
        found.governorates[cell["governorate"]].name if cell["governorate"] in found.governorates else "",
    ]
    scope = Scope(
        agencies=frozenset({cell["agency"]}),
        topics=frozenset({cell["topic"]}),
        governorates=frozenset({cell["governorate"]}),
        kinds=frozenset({"complaint"}),
    )
    href = links.cases_url("received", _week(last), scope)
    weeks = [*row["earlier"], row["count"]]
    spoken = gettext("Complaints a week, the oldest first: %(numbers)s") % {
        "numbers": gettext(", ").join(map(str, weeks))
    }
    bars = spark(weeks, rtl=get_language_bidi())
    code = found.agencies[cell["agency"]].code if cell["agency"] in found.agencies else ""
    # Lists that were made before phenomena were named there have none.
    phenomenon = (row["facts"].get("phenomenon", 0), row["facts"].get("phenomenon_name", ""))
    return Finding(" · ".join(filter(None, parts)), href, rise_sentences(row), bars, spoken, code, *phenomenon)


def _week(last: date) -> ReportPeriod:
    return ReportPeriod(last - 6 * DAY, last)


def _quiet(row: Row, found: Names, *, at: datetime) -> Finding:
    agency = found.agencies.get(row["agency"])
    href = reverse("agency-dashboard", args=[agency.code]) if agency else ""
    title, code = (agency.name, agency.code) if agency else ("", "")
    return Finding(title, href, quiet_sentences(row, at=at), agency=code)


def _at_risk(row: Row, found: Names) -> AtRisk:
    agency = found.agencies.get(row["agency"])
    return AtRisk(
        name=agency.name if agency else "",
        href=reverse("agency-dashboard", args=[agency.code]) if agency else "",
        on_time=row["on_time"],
        before=row["before"],
        due=row["due"],
        due_href=links.list_url("due-in-a-week", Scope(agencies=frozenset({row["agency"]}))),
        x=100 - row["on_time"] if get_language_bidi() else 0,
    )


# ---- missed deadlines, messages, directory ----


def _clocks(lists: Mapping[KeptListName, KeptList]) -> list[Line]:
    content = lists[KeptListName.MISSED].content if KeptListName.MISSED in lists else {"clocks": ()}
    return [
        Line(
            str(ClockKind(row["kind"]).label),
            row["number"],
            links.list_url(f"missed-{row['kind']}"),
            since=parse_datetime(row["oldest"]),
        )
        for row in content["clocks"]
    ]


def _levels(lists: Mapping[KeptListName, KeptList]) -> list[Line]:
    levels = lists[KeptListName.MISSED].content["levels"] if KeptListName.MISSED in lists else {}
    return [Line(str(role.label), levels[role], links.list_url(f"level-{role}")) for role in LADDER if role in levels]


def _message(row: Row) -> Line:
    trouble = TROUBLES[row["name"]]
    next_at = parse_datetime(row["next_at"]) if row["next_at"] else None
    return Line(
        str(trouble.title), row["number"], reverse(trouble.page) + trouble.query, str(trouble.next_step), next_at
    )


def _directory(lists: Mapping[KeptListName, KeptList], found: Names) -> list[Named]:
    if KeptListName.DIRECTORY not in lists:
        return []
    content = lists[KeptListName.DIRECTORY].content
    agencies = [found.agencies[key] for key in content["without_officer"][:MOST_NAMED] if key in found.agencies]
    people = {
        name: [(found.people[key].name, reverse("person", args=[key])) for key in content[name] if key in found.people]
        for name in ("phone_not_proven", "not_signed_in")
    }
    return [
        Named(
            gettext("Agencies without a liaison officer"),
            len(content["without_officer"]),
            [(each.name, reverse("agency-dashboard", args=[each.code])) for each in agencies],
        ),
        Named(
            gettext("Staff who received no SMS on their phone"),
            len(content["phone_not_proven"]),
            people["phone_not_proven"][:MOST_NAMED],
        ),
        Named(
            gettext("Officers who have not signed in for 30 days"),
            len(content["not_signed_in"]),
            people["not_signed_in"][:MOST_NAMED],
        ),
    ]
