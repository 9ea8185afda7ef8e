"""The work queue: tabs, filters, counts, saved filters, search, and bulk actions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import signed_in_user, staff_required
from complaints.case_text.deadline import Countdown
from complaints.case_text.tags import ref
from complaints.desk import queue_lists
from complaints.desk.queue_bulk import SaveForm, offered_actions
from complaints.desk.queue_lists import (
    FILTERS,
    Option,
    QueueFilter,
    QueueOptions,
    QueueQuery,
    SavedFilterOption,
    queue_options,
    read_query,
)
from complaints.desk.queue_tabs import UNCOUNTED, Sort, StaffContext, Tab, sort_orders, tab_condition, tab_page
from complaints.desk.start import new_cases
from complaints.models import ListedCase
from complaints.permissions import readers
from complaints.permissions.readers import at_desk, deletable_filters, may_delete_filter
from complaints.permissions.rulings import Matter, each_to_decide, matters
from complaints.search import box, search
from complaints.staff import rows
from complaints.staff.frame import CASEWORK, frame
from complaints.staff.rows import TRIAGE, QueueRow, WorkList
from complaints.visibility.redaction import StaffVisibility
from kit import replica
from kit.components.dates import day
from kit.components.fields import fields
from kit.components.marks import due, pill, tag
from kit.components.numbers import num
from kit.fragments import Fragment
from kit.idle_sessions import keeps_no_session
from kit.keyset import KeysetPage
from kit.sent_numbers import sent_number
from kit.statements import Condition, Statement, joined
from kit.typed_text import isolated

# ---- The rows of the queue's table as markup: addresses, days and escaping prepared once a row. ----


_ROW: Final = Fragment(
    "complaints/desk/queue/_row.html",
    *("choice", "number", "due", "address", "subject", "person", "kind", "channel", "marks", "topic", "status"),
    *("age", "none", "office", "below", "new"),
)
#: Stands for the tracking number in an address that is made once for all rows.
_ANY_NUMBER: Final = "0000000000"
_NOTHING: Final = "—"
#: The few marks that all rows share, in both languages.
_mark: Final = lru_cache(maxsize=64)(tag)


def table_rows(
    rows: Sequence[QueueRow[ListedCase]],
    reader: StaffVisibility,
    decisions: Mapping[int, Matter],
    *,
    new: Collection[int],
    suffix: str,
    picks: bool,
    all_agencies: bool,
) -> SafeString:
    """Return the markup of ``rows`` for ``reader``, who has ``decisions`` to make; with ``picks`` each has a box.

    Those of the keys ``new`` have a dot.
    ``suffix`` follows the address of each case: the list that it is opened from.
    """
    address = f"{reverse('desk-case', args=[_ANY_NUMBER])}{suffix}"
    dot, absent = _new_mark(), {colleague.name for colleague in reader.user.authority(reader.at).absent}
    cells = [
        _cells(row, reader, address, all_agencies=all_agencies)
        | {"marks": _marks(row.case, decisions, absent), "new": dot if row.case.pk in new else ""}
        for row in rows
    ]
    return _ROW.fill(cells, picks=picks, all_agencies=all_agencies)


def _cells(row: QueueRow[ListedCase], reader: StaffVisibility, address: str, *, all_agencies: bool) -> dict[str, str]:
    case = row.case
    office, below = (case.agency, "") if all_agencies else (case.officer or case.directorate, case.directorate)
    return {
        "choice": f"{case.reference}-{case.version}",
        "number": ref(case.reference),
        "due": day(case.closed_at) if case.closed_at else _due(row.on, row.countdown, get_language()),
        "address": address.replace(_ANY_NUMBER, case.reference),
        "subject": SafeString(f"<bdi>{isolated(reader.subject(case))}</bdi>"),
        "person": _person(row),
        "kind": case.kind_label,
        "channel": case.channel_label,
        "topic": case.topic or _NOTHING,
        "status": _status(row),
        "age": "" if case.closed_at else row.age_words,
        "none": SafeString("" if all_agencies or office else ' class="is-none"'),
        "office": office or _NOTHING,
        "below": format_html('<br><span class="muted tiny">{}</span>', below) if case.officer and below else "",
    }


@lru_cache(maxsize=256)
def _due(on: date | None, countdown: Countdown, _language: str | None) -> SafeString:
    """Return the deadline; many cases of a list are due on the same day."""
    return due(on=on, note=countdown.words, level=countdown.level)


def _new_mark() -> SafeString:
    words = pgettext("changed since you last opened the case", "New:")
    return format_html('<span class="dot" title="{}"><span class="vh">{} </span></span>', words.rstrip(":"), words)


def _person(row: QueueRow[ListedCase]) -> str:
    if not row.knows_person:
        return gettext("Name withheld")
    return SafeString(f"<bdi>{isolated(row.case.citizen_name)}</bdi>")


def _marks(case: ListedCase, decisions: Mapping[int, Matter], absent: Collection[str]) -> SafeString:
    marks = [_mark(text=decisions[case.pk].label, kind="warn")] if case.pk in decisions else []
    if case.officer in absent:
        marks.append(tag(text=gettext("for %(absent)s") % {"absent": case.officer}))
    if not case.is_matched:
        marks.append(_mark(text=gettext("Identity not confirmed yet"), kind="wait"))
    found = format_html_join(" ", "{}", ((mark,) for mark in marks))
    if not case.tags:
        return found
    labels = format_html_join("", " {}", ((tag(text=name),) for name in case.tags))
    return format_html('{} <span class="labels">{}</span>', found, labels)


def _status(row: QueueRow[ListedCase]) -> SafeString:
    state = _mark(text=row.case.state_label, kind=row.tag)
    if not row.case.is_urgent:
        return state
    return SafeString(f"{_mark(text=gettext('Urgent: danger to life'), kind='bad')} {state}")


# ---- How many cases each tab and each saved filter holds, up to a cap, in one statement. ----


#: Counting stops here, so that a full queue costs what a short one does.
CAP = 99


class Count(NamedTuple):
    """How many cases a list holds."""

    name: str
    number: int


_COUNTS: Final = Statement(Path(__file__).with_name("counts.sql"), Count)


def tab_counts(staff: StaffContext, more: Mapping[str, Condition] | None = None) -> dict[str, int]:
    """Return how many cases each tab and each of ``more`` holds, by name; at most ``CAP`` + 1."""
    tabs = [tab for tab in staff.tabs if tab not in UNCOUNTED]
    lists = [_of_tab(tab, staff) for tab in tabs] + [_counted(name, cases) for name, cases in (more or {}).items()]
    counts = joined(" UNION ALL ", lists)
    # With filters it is the statement of one person, whose plan nobody else would use.
    ask = _COUNTS.prepared_rows if set(more or {}) <= {TRIAGE} else _COUNTS.rows
    return {row.name: row.number for row in ask({"counts": counts})}


def _of_tab(tab: Tab, staff: StaffContext) -> Condition:
    if tab != Tab.DECIDE:
        return _counted(tab, tab_condition(tab, staff))
    # Among all cases that wait for somebody the condition would look at each before the first is counted.
    waiting, scope = each_to_decide(staff.user, at=staff.at), readers.at_desk(staff.user, at=staff.at)
    source = f"({waiting.text}) AS waiting JOIN complaints_case ON complaints_case.id = waiting.case_id"
    return _counted(tab, Condition(scope.text, {**scope.values, **waiting.values}), source)


def _counted(name: str, cases: Condition, source: str = "complaints_case") -> Condition:
    some = f"SELECT FROM {source} WHERE {cases.text} LIMIT {CAP + 1}"
    return Condition(f"SELECT '{name}', (SELECT count(*) FROM ({some}) AS counted)", cases.values)  # noqa: S608 - texts of ours


def count_text(count: int) -> str:
    """Return a count as it is shown: ``99+`` beyond the cap."""
    return f"{CAP}+" if count > CAP else str(count)


# ---- The parts around the list that many pages share, kept as they were written: tabs, tiles and filters. ----


_SELECTED: Final = SafeString(" selected")
_ALERT: Final = SafeString(" data-alert")
_HERE: Final = SafeString(' aria-current="true"')
_THIS_PAGE: Final = SafeString(' aria-current="page"')


def tab_links(tabs: Iterable[Tab], counts: Mapping[str, int], current: Tab | None) -> SafeString:
    """Return the links of the menu to ``tabs``, with the count of each that has one."""
    language = get_language()
    return SafeString("".join(_tab_link(tab, counts.get(tab), tab == current, language) for tab in tabs))


@lru_cache(maxsize=1024)
def _tab_link(tab: Tab, count: int | None, is_here: bool, _language: str | None) -> SafeString:  # noqa: FBT001 - a key
    is_alert = tab == Tab.LATE
    badge = ""
    if count is not None:
        disc = pill(count, kind="bad" if is_alert and count else "")
        badge = format_html(' <span data-count="{}"{}>{}</span>', tab, _ALERT if is_alert else "", disc)
    return format_html('<li><a href="{}"{}>{}{}</a></li>', _address(tab), _HERE if is_here else "", tab.label, badge)


def tiles(tabs: Iterable[tuple[Tab, str]], counts: Mapping[str, int], current: Tab | None) -> SafeString:
    """Return the tiles above the list: a tab with its count, and the colour of each."""
    language = get_language()
    found = (_tile(tab, colour, counts[tab], tab == current, language) for tab, colour in tabs)
    return SafeString("".join(found))


@lru_cache(maxsize=1024)
def _tile(tab: Tab, colour: str, count: int, is_here: bool, _language: str | None) -> SafeString:  # noqa: FBT001 - a key
    return format_html(
        '<li class="tile tile-{}"><a href="{}"{}><b data-count="{}">{}</b> <span class="what">{}</span></a></li>',
        *(colour, _address(tab), _THIS_PAGE if is_here else "", tab, num(count_text(count)), tab.label),
    )


def _address(tab: Tab) -> str:
    return f"{reverse('queue')}?view={tab}"


@lru_cache(maxsize=128)
def filter_field(
    name: str, label: str, value: str, options: tuple[Option, ...] | None, _language: str | None
) -> SafeString:
    """Return a filter with its ``options``, None where a day is typed; nothing where there is nothing to choose."""
    if options == ():
        return SafeString("")
    choices = None if options is None else _choices(options, value)
    context = {"name": name, "label": label, "value": value, "choices": choices}
    return SafeString(render_to_string("complaints/desk/queue/_filter.html", context))


def _choices(options: Sequence[Option], value: str) -> SafeString:
    groups: dict[str, list[Option]] = {}
    for option in options:
        groups.setdefault(option.group, []).append(option)
    return SafeString("".join(_group(group, found, value) for group, found in groups.items()))


def _group(heading: str, options: Sequence[Option], value: str) -> SafeString:
    cells = ((option.key, _SELECTED if option.key == value else "", option.name) for option in options)
    found = format_html_join("", '<option value="{}"{}>{}</option>', cells)
    return format_html('<optgroup label="{}">{}</optgroup>', heading, found) if heading else found


# ---- The page of the queue and its search, and the counts it asks for every minute. ----


#: The tabs that stand above the list as tiles, with the colour of each: the first four that the reader has.
_IN_TRIAGE: Final = Condition("state = 'triage'")
_TILES = (
    (Tab.DECIDE, "info"),
    (Tab.COMPETENCE, "info"),
    (Tab.LATE, "bad"),
    (Tab.DUE, "warn"),
    (Tab.WAITING, "wait"),
)
_MOST_TILES = 4


# ---- the list ----


@dataclass(frozen=True)
class QueueRequest:
    """A request to a page of the queue: who asks, what the filters offer, and the query."""

    http: HttpRequest
    staff: StaffContext
    options: QueueOptions
    query: QueueQuery

    @classmethod
    def of(cls, http: HttpRequest, parameters: Mapping[str, str], *, is_count: bool = False) -> QueueRequest:
        """Return the request of whoever sent ``http``, with the query that ``parameters`` describe.

        For counts alone the choices are needed only to read saved filters.
        """
        user, at, agency = signed_in_user(http), timezone.now(), parameters.get("agency", "")
        options = queue_options(user, at=at, agency=agency, wants_choices=not is_count)
        if is_count and options.saved:
            options = queue_options(user, at=at, agency=agency)
        staff = StaffContext(user, at, options.absent_colleagues)
        return cls(http, staff, options, read_query(parameters, options))

    @property
    def reader(self) -> StaffVisibility:
        """Return the user as reader of cases."""
        return StaffVisibility(self.staff.user, self.staff.at)

    def counts(self, *, is_list: bool = False) -> dict[str, int]:
        """Return how many cases each counted tab holds, and each saved filter none of whose values is gone.

        For the unit also how many wait in triage. With ``is_list`` also how many this very list holds, as ``here``,
        where filters make that another number.
        """
        saved_cases = {}
        if self.staff.is_unit:
            saved_cases[TRIAGE] = joined(" AND ", [at_desk(self.staff.user, at=self.staff.at), _IN_TRIAGE])
        if is_list and self.query.filters:
            here = self.query.condition(self.staff, "here")
            saved_cases["here"] = joined(" AND ", [tab_condition(self.query.tab, self.staff), here])
        for saved_filter in self.options.saved:
            query = read_query(saved_filter.query, self.options)
            if not query.dropped_filters and query.tab not in UNCOUNTED:
                filters = query.condition(self.staff, f"saved_{saved_filter.key}")
                cases = joined(" AND ", [tab_condition(query.tab, self.staff), filters])
                saved_cases[f"saved-{saved_filter.key}"] = cases
        return tab_counts(self.staff, saved_cases)


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """Show a tab of the queue with its filters, or the cases with some words.

    A search is posted: the number of a person must not stand in an address, where logs and histories keep it.
    """
    if request.method == "POST":
        return _search(request, request.POST.get("q", "").strip())
    asked = QueueRequest.of(request, request.GET.dict())
    query, staff = asked.query, asked.staff
    text, after = request.GET.get("q", "").strip(), request.GET.get("after", "")
    if text:
        scope = joined(" AND ", [at_desk(staff.user, at=staff.at), query.condition(staff)])
        found = replica.read(lambda: search.by_words(scope, text, reads=asked.reader.of, after=after))
        page = found.value if found.lag is None else _still_visible(found.value, staff)
        parameters = {"q": text, **query.filters}
        return _list_page(asked, page, parameters=parameters, text=text, copy_note=found.note)
    page = tab_page(query.tab, staff, keep=query.condition(staff), sort=query.sort, after=after)
    return _list_page(asked, page, parameters=query.parameters)


def _still_visible(page: KeysetPage[ListedCase], staff: StaffContext) -> KeysetPage[ListedCase]:
    """Return ``page``, found in a copy that is seconds old, without cases that the person may no longer see."""
    visible = set(staff.scope.filter(pk__in=[case.pk for case in page.rows]).values_list("pk", flat=True))
    return replace(page, rows=[case for case in page.rows if case.pk in visible])


def _search(request: HttpRequest, text: str) -> HttpResponse:
    """Answer what was typed in the search box: a number or a name by its case or cases, words by their own address."""
    answer = box.answer(text, user=signed_in_user(request), at=timezone.now())
    if answer is None:
        return redirect(f"{reverse('queue')}?{urlencode({'q': text[: search.LONGEST]})}")
    if answer.opens:
        return redirect("desk-case", answer.opens)
    page = KeysetPage(answer.cases, "")
    return _list_page(QueueRequest.of(request, {}), page, parameters={}, reading=answer.reading, typed=text)


def _list_page(
    asked: QueueRequest, page: KeysetPage[ListedCase], *, parameters: Mapping[str, str], **found: Any
) -> HttpResponse:
    """Show a page of cases; ``parameters`` are those of its address, for the links to further pages.

    ``found`` is set for the results of a search: the words, or how the search box read what was typed.
    """
    staff, is_search = asked.staff, bool(found)
    counts = asked.counts(is_list=not is_search)
    listed = rows.queue_rows(page.rows, staff.user, at=staff.at, calendar=staff.calendar)
    actions = offered_actions(staff)
    table = table_rows(
        listed,
        asked.reader,
        _decisions(page.rows, staff, counts),
        new=new_cases(page.rows, staff.user, at=staff.at),
        suffix="" if is_search else WorkList(urlencode(asked.query.parameters)).suffix,
        picks=bool(actions),
        all_agencies=staff.is_unit,
    )
    context = {
        "rows": listed,
        "table_rows": table,
        "query": asked.query,
        "bulk_actions": [(str(action), action.label) for action in actions],
        "list_query": urlencode(parameters),
        "next": f"?{urlencode({**parameters, 'after': page.next})}" if page.next else "",
        "first": f"?{urlencode(parameters)}" if asked.http.GET.get("after") else "",
        "all_agencies": staff.is_unit,
    }
    context |= _views(asked, counts, is_search=is_search) | _filters(asked, counts, parameters) | found
    return render(asked.http, "complaints/desk/queue/queue.html", {**context, **_around(asked, counts)})


def _around(asked: QueueRequest, counts: Mapping[str, int]) -> dict[str, Any]:
    """Return what stands around the list, from what was read for the list."""
    names = [agency.name for agency in asked.options.sharing_agencies]
    around = frame(asked.staff.user, at=asked.staff.at, names=names, counts={TRIAGE: counts.get(TRIAGE, 0)})
    if not asked.options.has_unsent:
        around["unsent_forms"] = ()
    return around


def _views(asked: QueueRequest, counts: Mapping[str, int], *, is_search: bool) -> dict[str, Any]:
    """Return the tabs and tiles with their counts, and the orders of this one."""
    query, tabs = asked.query, asked.staff.tabs
    number = counts.get("here", counts.get(query.tab))
    current = None if is_search else query.tab
    tiled = [(tab, colour) for tab, colour in _TILES if tab in counts]
    return {
        "tab": current,
        "found": None if is_search or number is None else count_text(number),
        "tabs": tabs,
        "tab_links": tab_links(tabs, counts, current),
        "tiles": tiles(tiled[:_MOST_TILES], counts, current),
        "next_tab": next((tab for tab in tabs[1:] if counts.get(tab)), None),
        "sort_links": [] if is_search else _sort_links(query),
    }


def _filters(asked: QueueRequest, counts: Mapping[str, int], parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return the filters beside the list, those in force and those that are saved."""
    return {
        "filter_fields": _filter_fields(asked),
        "active_filters": _active_filters(asked, parameters),
        "saved_filters": _saved_filter_links(asked, counts),
        "save_fields": _save_fields(tuple(asked.options.sharing_agencies), get_language()),
    }


@lru_cache(maxsize=256)
def _save_fields(agencies: tuple[Option, ...], _language: str | None) -> SafeString:
    """Return the empty form for the name of a saved filter, the same for all who share with these agencies."""
    return fields(form=SaveForm(None, agencies=agencies))


def _decisions(cases: Sequence[ListedCase], staff: StaffContext, counts: Mapping[str, int]) -> Mapping[int, Matter]:
    """Return what the reader has to decide on which of ``cases``; no statement where nothing waits for a decision."""
    if not counts.get(Tab.DECIDE):
        return {}
    return matters(staff.user, [case.pk for case in cases], at=staff.at)


# ---- the filters beside the list ----


def _filter_fields(asked: QueueRequest) -> list[SafeString]:
    """Return the filters of the page, without those that offer nothing to choose."""
    language, values = get_language(), asked.query.filters
    fields = [
        filter_field(
            queue_filter.name,
            str(queue_filter.label),
            values.get(queue_filter.name, ""),
            None if queue_filter.choices is None else tuple(queue_filter.choices(asked.options)),
            language,
        )
        for queue_filter in FILTERS
    ]
    return [field for field in fields if field]


def _active_filters(asked: QueueRequest, parameters: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the label of each filter in force, with the address of the list without it."""
    query, found = asked.query, []
    others = {name: value for name, value in parameters.items() if name not in query.filters}
    for queue_filter in FILTERS:
        value = query.filters.get(queue_filter.name)
        if value is not None:
            label = f"{queue_filter.label}: {_value_label(queue_filter, value, asked.options)}"
            found.append((label, f"?{urlencode({**others, **query.without(queue_filter.name).filters})}"))
    return found


def _value_label(queue_filter: QueueFilter, value: str, options: QueueOptions) -> str:
    if queue_filter.choices is None:
        return value
    return next(option.name for option in queue_filter.choices(options) if option.key == value)


def _sort_links(query: QueueQuery) -> list[tuple[str, str, bool]]:
    """Return the sort orders of the tab: the label, the address and whether it is the present one."""
    default = next(iter(sort_orders(query.tab)))
    current = Sort(query.sort) if query.sort else default
    return [
        (str(sort.label), f"?{urlencode({**query.parameters, 'sort': str(sort)})}", sort == current)
        for sort in sort_orders(query.tab)
    ]


@dataclass(frozen=True)
class SavedFilterLink:
    """One saved filter in the side menu."""

    saved: SavedFilterOption
    address: str
    count: int | None
    is_current: bool
    may_delete: bool


def _saved_filter_links(asked: QueueRequest, counts: Mapping[str, int]) -> list[SavedFilterLink]:
    current = asked.http.GET.get("saved", "")
    return [
        SavedFilterLink(
            saved=saved_filter,
            address=f"?{urlencode({**saved_filter.query, 'saved': saved_filter.key})}",
            count=counts.get(f"saved-{saved_filter.key}"),
            is_current=current == str(saved_filter.key),
            may_delete=may_delete_filter(
                asked.staff.user, is_own=saved_filter.is_own, agency=saved_filter.agency, at=asked.staff.at
            ),
        )
        for saved_filter in asked.options.saved
    ]


# ---- the counts by themselves ----


@keeps_no_session
@staff_required(CASEWORK)
@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    """Answer the counts of all tabs and saved filters as they are shown; 304 while they are the same."""
    asked = QueueRequest.of(request, {"agency": request.GET.get("agency", "")}, is_count=True)
    answer = JsonResponse({name: count_text(count) for name, count in replica.read(asked.counts).value.items()})
    tag = f'"{sha256(answer.content).hexdigest()[:32]}"'
    answer.headers["ETag"] = tag
    return cast("HttpResponse", get_conditional_response(request, etag=tag, response=answer))


# ---- Saving the query of a queue under a name, and deleting a saved one. ----


@staff_required(CASEWORK)
@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """Save the query of the list the form stands on."""
    asked = QueueRequest.of(request, request.POST.dict())
    list_url = f"{reverse('queue')}{asked.query.query_string}"
    form = SaveForm(request.POST, agencies=asked.options.sharing_agencies)
    if not form.is_valid():
        messages.warning(request, str(next(iter(form.errors.values()))[0]))
        return redirect(list_url)
    name, query, agency = form.cleaned_data["name"], asked.query.parameters, form.agency
    try:
        saved_filter = queue_lists.save_filter(
            asked.staff.user, at=asked.staff.at, name=name, query=query, agency=agency
        )
    except queue_lists.TooManySavedFilters:
        text = gettext("You already have %(most)s saved filters, which is the maximum. Delete one that you do not use.")
        messages.warning(request, text % {"most": queue_lists.MOST})
        return redirect(list_url)
    messages.success(request, gettext("The filter was saved. You can find it in the menu."))
    return redirect(f"{list_url}&{urlencode({'saved': saved_filter.pk})}")


@staff_required(CASEWORK)
@require_POST
def delete_filter(request: HttpRequest) -> HttpResponse:
    """Delete a saved filter: one's own, or as supervisor one that is shared in the agency."""
    key = sent_number(request.POST.get("saved", ""))
    own = deletable_filters(signed_in_user(request), at=timezone.now())
    if key is None or not own.filter(pk=key).delete()[0]:
        messages.warning(request, gettext("This saved filter no longer exists."))
    else:
        messages.success(request, gettext("The saved filter was deleted."))
    return redirect("queue")
