"""The page of the queue and its search, and the counts it asks for every minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in_user, staff_required
from complaints.desk.news import new_cases
from complaints.desk.queue.bulk_actions import offered_actions
from complaints.desk.queue.counts import count_text, tab_counts
from complaints.desk.queue.filters import FILTERS, QueueFilter, QueueQuery, read_query
from complaints.desk.queue.forms import SaveForm
from complaints.desk.queue.kept_parts import filter_field, tab_links, tiles
from complaints.desk.queue.options import Option, QueueOptions, SavedFilterOption, queue_options
from complaints.desk.queue.table import table_rows
from complaints.desk.queue.tabs import UNCOUNTED, Sort, StaffContext, Tab, sort_orders, tab_condition, tab_page
from complaints.models import ListedCase
from complaints.permissions.annotations import may_delete_filter
from complaints.permissions.conditions import at_desk
from complaints.permissions.to_decide import Matter, matters
from complaints.search import box, search
from complaints.staff import rows
from complaints.staff.frame import CASEWORK, frame
from complaints.staff.work_list import TRIAGE, WorkList
from complaints.visibility.identity import StaffVisibility
from kit import replica
from kit.components.fields import fields
from kit.idle_sessions import keeps_no_session
from kit.keyset import KeysetPage
from kit.statements import Condition, joined

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
