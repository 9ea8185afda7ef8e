"""Which cases a number counts: those whose entries add up to something, as they are kept or counted from the history.

A list holds exactly the cases of its number, and costs what a page costs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.db import connections
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user
from accounts.models import User
from agencies import successions
from agencies.models import Agency, Governorate, Topic
from agencies.successions import Continuity
from complaints.case_text.answers import cause_name
from complaints.models import Case, CaseQuerySet, Refusal
from complaints.models.channels import Channel
from complaints.staff.frame import frame
from complaints.visibility.redaction import CaseVisibility
from complaints.workflow import Kind, State
from kit import keyset, replica
from kit.keyset import PAGE, KeysetPage, Mark, Order
from reports.access import for_readers_of_some, opens_cases, own_agencies, reads_all_figures
from reports.drill import lists
from reports.drill.lists import COUNTED, STANDING, AskedList, CountedList, StandingList
from reports.figures import reading, sources
from reports.figures.reading import accepted_objections, upheld_causes
from reports.figures.sums import Dimension, Key, Scope, scope_condition
from reports.models.figures import AGE_DAYS, FLOWS
from reports.periods import ReportPeriod

# ---- Where the cases of a number are looked for among kept figures: the newest act first, or the case that
# waits longest.
#
# Candidates certainly hold the cases and are read some hundred at a time, each lot after the mark of the one before;
# ``counted`` keeps those that count. Acts are kept entries in the order of an index, of all agencies or of each. What
# stands at the end of a period is looked for among the cases that are open today and those closed since.


#: Acts and standing cases that are read and judged at a time; of the acts nearly all count.
AT_ONCE: Final = 100
STANDING_AT_ONCE: Final = 150
_PLACED: Final = re.compile(r"([0-9])\.(.{0,40})")


@dataclass(frozen=True)
class Candidate:
    """A case, the mark after which the next ones stand, and the moment of the act that it is listed by, if it is."""

    case: int
    mark: str
    origin: datetime | None = None


@dataclass(frozen=True)
class Span:
    """From when and until when something counts, and for whom: ``agencies`` with those before them, None for all.

    With a ``cause`` only cases of which an objection was accepted for it then are looked for.
    """

    start: datetime
    end: datetime
    scope: Scope
    agencies: Collection[Key] | None
    cause: str | None = None


def limited(cases: CaseQuerySet, scope: Scope) -> CaseQuerySet:
    """Return those of ``cases`` that have the topic, kind, channel and place of ``scope``, of any agency."""
    parts = {"topic": scope.topics, "kind": scope.kinds, "channel": scope.channels, "governorate": scope.governorates}
    for name, keys in parts.items():
        if keys is not None:
            cases = cases.filter(column_in(name, keys))
    return cases


def column_in(name: str, keys: Collection[object]) -> Q:
    """Return the condition that a column has one of ``keys``, of which None is "nothing"."""
    found = Q(**{f"{name}__in": [key for key in keys if key is not None]})
    return found | Q(**{f"{name}__isnull": True}) if None in keys else found


# ---- what happened ----


def adds(counted: CountedList) -> str:
    """Return the SQL that tells whether an entry adds to a list; a case that counts has one that does."""
    among = f"{counted.among} > 0 AND " if counted.among else ""
    some = among + "(" + " OR ".join(f"{name} > 0" for name in counted.plus) + ")"
    more = " + ".join(f"coalesce({name}, 0)" for name in counted.plus)
    less = "".join(f" - coalesce({name}, 0)" for name in counted.minus)
    return f"({some} AND {more}{less} > 0)" if less else f"({some})"


def acts(counted: CountedList, span: Span, after: str) -> Iterator[list[Candidate]]:
    """Yield the entries that add to a list, the newest act first; a statement each time."""
    statement, parameters = _acts(counted, span)
    origin, case = keyset.read(after) or (span.end, 0)
    while True:
        given = {**parameters, "origin": origin, "case": case}
        with connections[replica.database()].cursor() as cursor:
            cursor.execute(statement, given)
            rows: list[tuple[int, datetime]] = cursor.fetchall()
        if rows:
            yield [Candidate(key, keyset.write(at, key), at) for key, at in rows]
        if len(rows) < AT_ONCE:
            return
        case, origin = rows[-1]


#: Where few of the acts have the cause, they are found here and not one by one among the cases.
_FOR_CAUSE: Final = """EXISTS (
    SELECT FROM complaints_objection AS objection
    WHERE objection.case_id = entry.case_id AND objection.ruling = 'upheld' AND objection.cause = %(cause)s
        AND objection.ended_at >= %(start)s AND objection.ended_at < %(end)s
)"""


def _acts(counted: CountedList, span: Span) -> tuple[str, dict[str, Any]]:
    parameters: dict[str, Any] = {"start": span.start, "end": span.end, "cause": span.cause}
    others = tuple(each for each in Dimension if each != Dimension.AGENCY)
    every = f"""
        SELECT case_id, origin FROM reports_figureentry AS entry
        WHERE {adds(counted)} AND origin >= %(start)s AND moment < %(end)s
            AND (origin, case_id) < (%(origin)s, %(case)s) AND {"true" if span.cause is None else _FOR_CAUSE}
            AND {scope_condition(span.scope, others, parameters)}"""  # noqa: S608 - names of ours
    order = f"ORDER BY origin DESC, case_id DESC LIMIT {AT_ONCE}"
    if span.agencies is None:
        return f"{every} {order}", parameters
    # Agency by agency, so that each keeps the order of its index.
    parameters["agencies"] = [key for key in span.agencies if key is not None]
    found = f"""SELECT found.* FROM unnest(%(agencies)s::bigint[]) AS agency (id)
        CROSS JOIN LATERAL ({every} AND agency_id = agency.id {order}) AS found"""  # noqa: S608 - the same
    if None in span.agencies:
        found += f" UNION ALL SELECT * FROM ({every} AND agency_id IS NULL {order}) AS found"  # noqa: S608 - the same
    return f"{found} {order}", parameters


# ---- what stands ----


@dataclass(frozen=True)
class _Source:
    """A set of cases, and the order in which an index holds them."""

    cases: CaseQuerySet
    order: Order


def standing(counted: CountedList, span: Span, after: str) -> Iterator[list[Candidate]]:
    """Yield the cases that were not closed at the end: those open today, the oldest first, then those closed since."""
    place, mark = _read(after)
    sources = _sources(counted, span)
    for number in range(place, len(sources)):
        while True:
            batch = _read_source(sources[number], number, mark)
            if batch:
                yield batch
            if len(batch) < STANDING_AT_ONCE:
                break
            mark = _read(batch[-1].mark)[1]
        mark = None


def _sources(counted: CountedList, span: Span) -> Sequence[_Source]:
    cases = limited(Case.objects.all(), span.scope).filter(filed_at__lt=span.end)
    first, last = AGE_DAYS.get(counted.plus[0], (0, None))
    cases = cases.filter(filed_at__lt=span.end - timedelta(days=first)) if first else cases
    cases = cases.filter(filed_at__gte=span.end - timedelta(days=last)) if last else cases
    if span.agencies is None:
        return _open_at(cases, span.end)
    # What an agency has refused since was its own then; each by itself, so that each keeps its index.
    known = [key for key in span.agencies if isinstance(key, int)]
    refused = Refusal.objects.filter(agency__in=known, at__gte=span.start).order_by().values("case")
    own = column_in("agency", span.agencies)
    gone = cases.exclude(own).filter(pk__in=refused).filter(~Q(state=State.CLOSED) | Q(closed_at__gte=span.end))
    return [*_open_at(cases.filter(own), span.end), _Source(gone, Order())]


def _open_at(cases: CaseQuerySet, end: datetime) -> Sequence[_Source]:
    """Return those open today, and those closed since, of which the first ones were open longest before the end."""
    return [
        _Source(cases.exclude(state=State.CLOSED), Order()),
        _Source(cases.filter(state=State.CLOSED, closed_at__gte=end), Order("closed_at")),
    ]


def _read(after: str) -> tuple[int, Mark | None]:
    found = _PLACED.fullmatch(after)
    return (int(found[1]), keyset.read(found[2])) if found else (0, None)


def _read_source(source: _Source, place: int, mark: Mark | None) -> list[Candidate]:
    order = source.order
    rows = order.after(source.cases, mark).order_by(*order.columns)[:STANDING_AT_ONCE]
    found = rows.using(replica.database()).only("pk", *filter(None, [order.moment]))
    return [Candidate(case.pk, f"{place}.{order.mark(case)}") for case in found]


#: Lots of candidates that are judged for one page: then the reader goes on by the next page.
MOST_LOTS: Final = 5
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class CountedPage:
    """The cases of one page by key, in order, and the mark after which the next one begins (empty on the last)."""

    keys: Sequence[int]
    next: str


@dataclass(frozen=True)
class Question:
    """Which of ``cases`` are counted in ``period`` and ``scope`` as they stood at its end or stand at ``at``.

    ``is_kept`` tells whether entries are kept, so that they are read and not counted. With a ``cause`` all ``cases``
    are such of which an objection was accepted for it.
    """

    cases: CaseQuerySet
    counted: CountedList
    period: ReportPeriod
    scope: Scope
    at: datetime
    is_kept: bool = False
    cause: str | None = None

    @property
    def end(self) -> datetime:
        """The moment until which things count."""
        return min(self.period.ends_at, self.at)


def counted_page(question: Question, *, after: str = "") -> CountedPage:
    """Return a page of the cases that ``question`` asks for, beginning after a mark.

    A few statements, whatever the number. A page may be short although others follow: where few of many cases count,
    the search pauses. Raises ``FiguresBeingCounted``.
    """
    found: dict[int, str] = {}
    for number, lot in enumerate(_lots(question, after), start=1):
        shown = set(question.cases.filter(pk__in=[each.case for each in lot.counted]).values_list("pk", flat=True))
        for each in lot.counted:
            if each.case in shown:
                found.setdefault(each.case, each.mark)
        keys = list(found)
        if len(keys) > PAGE:
            return CountedPage(keys[:PAGE], found[keys[PAGE - 1]])
        if number == MOST_LOTS:
            return CountedPage(keys, lot.mark)
    return CountedPage(list(found), "")


@dataclass(frozen=True)
class _Lot:
    """Candidates that were judged at a time: those that count, in order, and the mark after the last of them all."""

    counted: Sequence[Candidate]
    mark: str


def _lots(question: Question, after: str) -> Iterator[_Lot]:
    continued = successions.continuity(on=timezone.localdate(question.at))
    if not question.is_kept:
        yield from _from_history(question, continued, after)
        return
    find = acts if question.counted.is_of_acts else standing
    agencies = _agencies(question.scope, continued)
    span = Span(question.period.starts_at, question.end, question.scope, agencies, question.cause)
    for lot in find(question.counted, span, after):
        newest = _newest(_kept([each.case for each in lot], question), question.scope, continued)
        # A case of several acts is listed by the newest one.
        counted = [each for each in lot if each.case in newest and each.origin in {None, newest[each.case]}]
        yield _Lot(counted, lot[-1].mark)


def _agencies(scope: Scope, continued: Continuity) -> set[Key] | None:
    """Return the agencies of a scope and those whose work they do, None for all."""
    if scope.agencies is None:
        return None
    earlier = continued.predecessors()
    before = (old for key in scope.agencies if isinstance(key, int) for old in earlier.get(key, ()))
    return {*scope.agencies, *before}


# ---- which of them count ----

type _Row = tuple[int, int | None, int | None, int | None, datetime | None]


def _newest(rows: Iterable[_Row], scope: Scope, continued: Continuity) -> Mapping[int, datetime]:
    """Return the cases that count for the agencies of ``scope``, each with the moment of its newest act."""
    found: dict[int, datetime] = {}
    for case, agency, topic, governorate, origin in rows:
        if scope.agencies is None or continued.agency(agency, topic, governorate) in scope.agencies:
            found[case] = max(origin or _EPOCH, found.get(case, _EPOCH))
    return found


def _kept(keys: Sequence[int], question: Question) -> Sequence[_Row]:
    return _rows(_KEPT + _counting(question.counted), {"cases": list(keys), **_moments(question)})


def _from_history(question: Question, continued: Continuity, after: str) -> Iterator[_Lot]:
    """Yield all cases that count, by one statement over the history of so few cases that it can be read at once."""
    reading.refuse_while_counted()
    statement, parameters = sources.chosen_entries(question.period.starts_at, question.end, question.scope)
    rows = _rows(statement + _counting(question.counted), parameters | _moments(question)) if statement else ()
    newest = _newest(rows, question.scope, continued)
    mark = keyset.read(after)
    if question.counted.is_of_acts:
        order = sorted(((origin, case) for case, origin in newest.items()), reverse=True)
        order = [each for each in order if mark is None or each < mark]
    else:
        order = [(_EPOCH, case) for case in sorted(newest) if mark is None or case > mark[1]]
    for first in range(0, len(order), AT_ONCE):
        lot = [Candidate(case, keyset.write(origin, case)) for origin, case in order[first : first + AT_ONCE]]
        yield _Lot(lot, lot[-1].mark)


def _moments(question: Question) -> dict[str, Any]:
    return {"start": question.period.starts_at, "end": question.end}


def _rows(statement: str, parameters: dict[str, Any]) -> Sequence[_Row]:
    with connections[replica.database()].cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[_Row] = cursor.fetchall()
        return rows


#: The entries as they are kept, as the number was read that led here.
_KEPT: Final = "WITH entry AS (SELECT * FROM reports_figureentry WHERE case_id = ANY(%(cases)s))"


def _counting(counted: CountedList) -> str:
    """Return the end of a statement: the cases whose amounts are more than nothing, by agency, and their newest act."""
    more = " + ".join(_amount(name) for name in counted.plus)
    less = "".join(f" - {_amount(name)}" for name in counted.minus)
    return f"""
        SELECT case_id, agency_id, topic_id, governorate_id, max(origin) FILTER (WHERE {adds(counted)})
        FROM entry WHERE moment < %(end)s
        GROUP BY case_id, agency_id, topic_id, governorate_id
        HAVING {more}{less} > 0"""  # noqa: S608 - names of ours


def _amount(name: str) -> str:
    """Return the sum of an amount: of the period by its origin if it is a flow, else of all time."""
    within = " FILTER (WHERE origin >= %(start)s)" if name in FLOWS else ""
    return f"coalesce(sum({name}){within}, 0)"


# ---- The causes of accepted objections as pages show them: each number opens its cases. ----


@dataclass(frozen=True)
class CauseRow:
    """How many objections were accepted for a cause, and the address of the list of their cases."""

    name: str
    number: int
    cases: str


def cause_rows(period: ReportPeriod, scope: Scope, *, at: datetime) -> Sequence[CauseRow]:
    """Return the causes of ``period`` and ``scope`` until ``at``, most first; a few statements."""
    return [
        CauseRow(cause.name, cause.number, lists.cause_url(cause.code, period, scope))
        for cause in upheld_causes(period, at=at, scope=scope)
    ]


def with_cause(cases: CaseQuerySet, cause: str, period: ReportPeriod, *, at: datetime) -> CaseQuerySet:
    """Return those of ``cases`` of which an objection was accepted in ``period`` for ``cause``."""
    accepted = accepted_objections(period.starts_at, min(period.ends_at, at))
    accepted = accepted.filter(case=OuterRef("pk"), cause=cause)
    return cases.filter(Exists(accepted))


# ---- The page of the cases behind a number, for those who may see cases; nobody is named on it. ----


@dataclass(frozen=True)
class Row:
    """One case of the list: its subject without what tells the citizen, or none; ``is_linked`` if it can be opened."""

    case: Case
    subject: str
    is_linked: bool


@require_safe
@for_readers_of_some
def cases(request: HttpRequest) -> HttpResponse:
    """Show the cases that a number counts, of those that the reader may see.

    The Prime Minister's office reads the list of all cases without the citizens' words, and opens none.
    """
    user, at = signed_in_user(request), timezone.now()
    asked = _asked(request, user, at)
    page = _page(asked, user, at=at, after=request.GET.get("after", ""))
    context = {
        "label": _list(asked).label,
        "period": asked.period,
        "counts_each_time": asked.period is not None and COUNTED[asked.name].counts_each_time,
        "is_running": asked.period is None or asked.period.ends_at > at,
        "limits": [*([] if asked.cause is None else [cause_name(asked.cause)]), *_limits(asked.scope)],
        "tabs": _tabs(asked),
        "rows": _drill_view_rows(page.rows, user, at=at),
        "next": f"?{urlencode({**request.GET.dict(), 'after': page.next})}" if page.next else "",
        "first": f"?{urlencode(_without_mark(request))}" if request.GET.get("after") else "",
        "reads_words": opens_cases(user, at),
        **frame(user, at=at),
    }
    return render(request, "reports/drill/cases.html", context)


def _without_mark(request: HttpRequest) -> dict[str, str]:
    return {name: value for name, value in request.GET.dict().items() if name != "after"}


# ---- what is asked for ----


def _asked(request: HttpRequest, user: User, at: datetime) -> AskedList:
    """Return what the address asks for; 404 if it cannot be read, lies ahead, or is of an agency of others."""
    asked = lists.read(request.GET.dict(), today=timezone.localdate(at))
    if asked is None or asked.name not in (COUNTED if asked.period else STANDING):
        raise Http404
    if asked.period and asked.period.starts_at >= at:
        raise Http404
    if reads_all_figures(user, at):
        return asked
    own: frozenset[Key] = frozenset(own_agencies(user, at))
    wanted = asked.scope.agencies
    if wanted is not None and not wanted <= own:
        raise Http404
    return replace(asked, scope=replace(asked.scope, agencies=own if wanted is None else wanted))


def _list(asked: AskedList) -> CountedList | StandingList:
    return COUNTED[asked.name] if asked.period else STANDING[asked.name]


def _cases(user: User, at: datetime) -> CaseQuerySet:
    return Case.objects.visible_to(user, at=at) if opens_cases(user, at) else Case.objects.all()


# ---- the page ----


def _page(asked: AskedList, user: User, *, at: datetime, after: str) -> KeysetPage[Case]:
    found = _list(asked)
    if isinstance(found, StandingList):
        cases = limited(_cases(user, at), asked.scope)
        if asked.scope.agencies is not None:
            cases = cases.filter(column_in("agency", asked.scope.agencies))
        rows = found.order.after(found.cases(cases, at), keyset.read(after)).order_by(*found.order.columns)
        return found.order.page(rows.for_listing())
    assert asked.period is not None  # noqa: S101 - a counted list has one
    is_kept = sources.kept_until() is not None
    cases = _cases(user, at)
    if asked.cause is not None:
        cases = with_cause(cases, asked.cause, asked.period, at=at)
    page = counted_page(Question(cases, found, asked.period, asked.scope, at, is_kept, asked.cause), after=after)
    listed = Case.objects.filter(pk__in=page.keys).for_listing().in_bulk()
    return KeysetPage([listed[key] for key in page.keys if key in listed], page.next)


def _drill_view_rows(cases: Sequence[Case], user: User, *, at: datetime) -> list[Row]:
    if not opens_cases(user, at):
        return [Row(case, "", is_linked=False) for case in cases]
    # Whoever may know the person learns it on the page of the case, never here.
    return [Row(case, CaseVisibility(case, knows_person=False).redact(case.subject), is_linked=True) for case in cases]


def _tabs(asked: AskedList) -> list[tuple[str, Any, bool]]:
    """Return the list and the one of what the share leaves out, if there is one: address, label, is shown."""
    found = _list(asked)
    if isinstance(found, StandingList) or not found.other or asked.period is None:
        return []
    names = sorted({asked.name, found.other}, key=list(COUNTED).index)
    return [
        (lists.cases_url(name, asked.period, asked.scope), COUNTED[name].label, name == asked.name) for name in names
    ]


def _limits(scope: Scope) -> list[str]:
    """Return the names of what the list is limited to; one statement for each dimension that is."""
    said: list[str] = []
    for model, keys in ((Agency, scope.agencies), (Topic, scope.topics), (Governorate, scope.governorates)):
        if keys is not None:
            said.extend(each.name for each in model.objects.filter(pk__in=[key for key in keys if key is not None]))
            said.extend(gettext("None") for key in keys if key is None)
    words = {*(scope.kinds or ()), *(scope.channels or ())}
    return said + [str(choice.label) for choices in (Kind, Channel) for choice in choices if choice in words]
