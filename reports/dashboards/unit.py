"""What the unit's page shows: decisions that wait, and the kept lists with their sentences and links."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, cast

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import get_language_bidi, gettext, gettext_lazy as _, ngettext
from django_stubs_ext import StrPromise

from accounts.models import User
from accounts.roles import LADDER
from complaints.case_text.deadline import span_label
from complaints.models import Case, CaseQuerySet, Refusal
from complaints.permissions.readers import ANY_MOMENT, ReaderShape, reader_shape
from complaints.staff.rows import urgent_cases, urgent_first
from complaints.workflow import Action, ClockKind, State
from kit.compiled_reads import CompiledRead, numbered
from kit.counts import CountOf
from kit.dates import day_text
from kit.keyset import Order
from reports.dashboards.kept import TROUBLES, kept
from reports.dashboards.rises import LEAST_REFUSALS, SILENT_AFTER, SPAN
from reports.dashboards.values import Names, SparkBar, names, spark
from reports.drill import lists as links
from reports.figures.sums import Scope
from reports.models import KeptList, KeptListName
from reports.periods import DAY, ReportPeriod

# ---- What waits for a decision of the unit now: counts that lead to where each is made, and the first cases of
# triage.


#: Counting stops here, so that a full list costs what a short one does.
CAP: Final = 999
#: So many cases of triage are shown, those that tell of danger to life first.
MOST_SHOWN: Final = 5


@dataclass(frozen=True)
class Waiting:
    """One kind of decision: its cases among those of the unit, what it is called, its colour, and where it is made."""

    cases: Callable[[CaseQuerySet], CaseQuerySet]
    label: StrPromise
    colour: str
    page: str
    query: str = ""


WAITING: Final[Mapping[str, Waiting]] = {
    "danger": Waiting(
        lambda scope: scope.urgent().filter(state=State.TRIAGE), _("Danger to life, in triage"), "bad", "triage"
    ),
    "triage": Waiting(lambda scope: scope.filter(state=State.TRIAGE), _("To triage"), "wait", "triage"),
    "refusals": Waiting(
        lambda scope: scope.filter(state=State.TRIAGE, last_action__in=(Action.DECLINE, Action.RETURN)),
        _("Declined cases to rule on"),
        "wait",
        "triage",
    ),
    "objections": Waiting(
        lambda scope: scope.filter(state=State.OBJECTED),
        _("Objections to decide"),
        "wait",
        "figure-cases",
        "?list=open-objections",
    ),
    "asked": Waiting(
        lambda scope: scope.filter(unit_asked_at__isnull=False),
        _("Asked to step in"),
        "warn",
        "queue",
        "?view=asked",
    ),
}


def waiting_counts(user: User, *, at: datetime) -> dict[str, int]:
    """Return how many cases wait for each kind of decision, ``CAP`` + 1 at most; one statement."""
    shape, values = reader_shape(user, at=at)
    [numbers] = _COUNTS.rows(shape, **values)
    return dict(zip(WAITING, numbers, strict=True))


def _at_desk(shape: ReaderShape, values: Mapping[str, Any]) -> CaseQuerySet:
    return Case.objects.at_desk_of(cast("User", shape.reader(values)), at=ANY_MOMENT).order_by()


def _counts(shape: ReaderShape, **values: Any) -> QuerySet[User, tuple[int, ...]]:
    scope = _at_desk(shape, values)
    parts = {name: CountOf(kind.cases(scope).values("pk")[: CAP + 1]) for name, kind in WAITING.items()}
    # One row to hang the counts on: the person's own.
    rows: Any = User.objects.filter(pk=values["reader"])
    found: QuerySet[User, tuple[int, ...]] = rows.annotate(**parts).values_list(*parts)
    return found


_COUNTS: Final = CompiledRead(_counts)


@dataclass(frozen=True)
class TriageCase:
    """A case that waits for an owner, with the newest refusal if an agency has sent it back."""

    case: Case
    refusal: Refusal | None


def first_of_triage(user: User, *, at: datetime) -> list[TriageCase]:
    """Return the cases of triage to look at first: danger to life, then the nearest deadline; two statements."""
    shape, values = reader_shape(user, at=at)
    cases = urgent_first(_FIRST.rows(shape, **values), _ORDER).rows[:MOST_SHOWN]
    keys = numbered("case", [case.pk for case in cases])
    newest = {refusal.case_id: refusal for refusal in (_REFUSALS.rows(**keys) if keys else ())}
    return [TriageCase(case, newest.get(case.pk)) for case in cases]


def _first(shape: ReaderShape, **values: Any) -> CaseQuerySet:
    """Return the next cases by deadline and the first urgent ones, each by an index, in the order of deadlines."""
    waiting = _at_desk(shape, values).filter(state=State.TRIAGE)
    ids = waiting.order_by(*_ORDER.columns).values("pk")[:MOST_SHOWN]
    ids = ids.union(urgent_cases(waiting, _ORDER).values("pk")[:MOST_SHOWN], all=True)
    return Case.objects.filter(pk__in=ids).for_listing().order_by(*_ORDER.columns)


_ORDER: Final = Order("deadline_at")
_FIRST: Final = CompiledRead(_first)


def _refusals(_shape: None, **keys: int) -> QuerySet[Refusal]:
    standing = Refusal.objects.standing().filter(case__in=keys.values())
    return standing.select_related("agency").order_by("at", "pk")


_REFUSALS: Final = CompiledRead(_refusals)


# ---- The sentences in which the unit's page says what its kept lists hold. ----


type Row = Mapping[str, Any]


# ---- sudden rises ----


def rise_sentences(row: Row) -> list[str]:
    """Return the two sentences about a sudden rise: how many against usual; since when, where, what is known."""
    return [_how_many(row["count"], row["earlier"]), _since_when(row)]


def _how_many(count: int, earlier: Sequence[int]) -> str:
    least, most = min(earlier), max(earlier)
    here = ngettext("%(count)s complaint in 7 days", "%(count)s complaints in 7 days", count) % {"count": count}
    if not most:
        return gettext("%(here)s; in the 8 weeks before, there was none.") % {"here": here}
    if least == most:
        usual = gettext("in each of the 8 weeks before, there were %(most)s.") % {"most": most}
    else:
        usual = gettext("in each of the 8 weeks before, there were from %(least)s to %(most)s.") % {
            "least": least,
            "most": most,
        }
    return f"{here}{gettext('; ')}{usual}"


def _since_when(row: Row) -> str:
    facts = row["facts"]
    since = gettext("Half of them came on %(day)s or later") % {"day": _weekday(_day(row["since"]))}
    parts = [since]
    if facts["area"]:
        parts.append(
            gettext("and %(number)s of all are from %(area)s")
            % {"number": facts["named"], "area": _isolated(facts["area"])}
        )
    return f"{gettext(', ').join(parts)}{gettext('; ')}{_known(facts)}"


def _isolated(name: str) -> str:
    """Return what a citizen typed between isolating marks: an Arabic name would turn an English sentence round."""
    return f"\u2068{name}\u2069"


def _known(facts: Row) -> str:
    said = []
    if joined := facts["joined"]:
        words = ngettext("%(count)s is joined as one problem", "%(count)s are joined as one problem", joined)
        said.append(words % {"count": joined})
    if closed := facts["closed"]:
        said.append(ngettext("%(count)s is closed", "%(count)s are closed", closed) % {"count": closed})
    known = gettext(", ").join(said) or gettext("no common cause is recorded yet")
    return f"{known}."


def _weekday(day: date) -> str:
    return f"{date_format(day, 'l')} {day_text(day)}"


def _day(text: str) -> date:
    day = parse_date(text)
    assert day is not None  # noqa: S101 - written by ourselves, as JSON
    return day


# ---- quiet agencies ----


def quiet_sentences(row: Row, *, at: datetime) -> list[str]:
    """Return the sentences about a quiet agency: how few cases against what is usual, and the other signs."""
    words = {"days": SPAN.days, "count": row["count"]}
    few = ngettext("%(count)s case in %(days)s days", "%(count)s cases in %(days)s days", row["count"]) % words
    return [f"{few}{gettext('; ')}{_usual(row)}", *_signs(row["signs"], at=at)]


def _usual(row: Row) -> str:
    said = [
        gettext("in earlier periods of the same length it had %(least)s to %(most)s")
        % {"least": min(row["earlier"]), "most": max(row["earlier"])}
    ]
    if row["peers"]:
        least, most = row["peers"]
        said.append(
            gettext("and half of the agencies of its kind have %(least)s to %(most)s") % {"least": least, "most": most}
        )
    return f"{gettext(', ').join(said)}."


def _signs(signs: Row, *, at: datetime) -> list[str]:
    said = []
    if not signs["officers"]:
        said.append(gettext("No liaison officer is active there."))
    else:
        said.extend(_silence(signs["seen_at"], at=at))
    if signs["refused"] >= LEAST_REFUSALS:
        words = ngettext("%(count)s case was declined there.", "%(count)s cases were declined there.", signs["refused"])
        said.append(words % {"count": signs["refused"]})
    if signs["filed_elsewhere"] >= LEAST_REFUSALS:
        words = ngettext(
            "%(count)s case was filed elsewhere, and the agency that declined it named this one.",
            "%(count)s cases were filed elsewhere, and the agencies that declined them named this one.",
            signs["filed_elsewhere"],
        )
        said.append(words % {"count": signs["filed_elsewhere"]})
    return said


def _silence(seen: str | None, *, at: datetime) -> list[str]:
    seen_at = parse_datetime(seen) if seen else None
    if seen_at is None:
        return [gettext("None of its liaison officers has ever signed in.")]
    if seen_at >= at - SILENT_AFTER:
        return []
    return [gettext("None of its liaison officers has signed in for %(span)s.") % {"span": span_label(at - seen_at)}]


#: The lists that name nobody.
NAMELESS: Final = tuple(name for name in KeptListName if name != KeptListName.DIRECTORY)
#: The most people or agencies that the directory names; the rest is a number.
MOST_NAMED = 5

type UnitRow = Mapping[str, Any]


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


def _rows(lists: Mapping[KeptListName, KeptList], name: KeptListName) -> Sequence[UnitRow]:
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


def _rise(row: UnitRow, found: Names, held: KeptList) -> Finding:
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


def _quiet(row: UnitRow, found: Names, *, at: datetime) -> Finding:
    agency = found.agencies.get(row["agency"])
    href = reverse("agency-dashboard", args=[agency.code]) if agency else ""
    title, code = (agency.name, agency.code) if agency else ("", "")
    return Finding(title, href, quiet_sentences(row, at=at), agency=code)


def _at_risk(row: UnitRow, found: Names) -> AtRisk:
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


def _message(row: UnitRow) -> Line:
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
