"""The queue and its search, the counts it asks for every minute, and its saved filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import SUPERVISION
from complaints.desk.queue import options, saved
from complaints.desk.queue.bulk_actions import offered_to
from complaints.desk.queue.counts import counts_of, words
from complaints.desk.queue.filters import FILTERS, Filter, Wanted, read
from complaints.desk.queue.forms import SaveForm
from complaints.desk.queue.options import Option, Saved, Surroundings
from complaints.desk.queue.tabs import UNCOUNTED, Seat, Sort, Tab, cases_of, orders_of, page_of
from complaints.models import Case
from complaints.search import search
from complaints.staff import rows
from complaints.staff.frame import CASEWORK, frame
from complaints.visibility.identity import StaffVisibility
from kit.keyset import KeysetPage

#: Digits of a key that the database can hold.
LONGEST_KEY = 18
#: The views that stand above the list, with the colour of each.
_TILES = ((Tab.COMPETENCE, "info"), (Tab.LATE, "bad"), (Tab.DUE, "warn"), (Tab.WAITING, "wait"))


# ---- the list ----


@dataclass(frozen=True)
class Visit:
    """One person before the queue: who, when, what lies around, and what they want to see."""

    request: HttpRequest
    seat: Seat
    around: Surroundings
    wanted: Wanted

    @classmethod
    def of(cls, request: HttpRequest, asked: Mapping[str, str]) -> Visit:
        """Return the visit of whoever sent ``request`` and asked for this view."""
        user, at = signed_in_user(request), timezone.now()
        around = options.fetch(user, at=at, agency=asked.get("agency", ""))
        return cls(request, Seat(user, at, around.covers), around, read(asked, around))

    @property
    def reader(self) -> StaffVisibility:
        """Return how this person reads cases."""
        return StaffVisibility(self.seat.user, self.seat.at)

    def counts(self) -> dict[str, int]:
        """Return how much each view holds, and each saved filter that is whole and has an end."""
        lists = {}
        for one in self.around.saved:
            wanted = read(one.query, self.around)
            if not wanted.fallen and wanted.tab not in UNCOUNTED:
                lists[f"saved-{one.key}"] = wanted.narrow(self.seat)(cases_of(wanted.tab, self.seat))
        return counts_of(self.seat, lists)


@staff_required(CASEWORK)
@require_http_methods(["GET", "HEAD", "POST"])
def queue(request: HttpRequest) -> HttpResponse:
    """Show a view of the queue with its filters, or the cases with some words.

    A search is posted: the number of a person must not stand in an address, where logs and histories keep it.
    """
    if request.method == "POST":
        return _find(request, request.POST.get("q", "").strip())
    visit = Visit.of(request, request.GET.dict())
    text, after = request.GET.get("q", "").strip(), request.GET.get("after", "")
    wanted, narrow = visit.wanted, visit.wanted.narrow(visit.seat)
    if text:
        page = search.by_words(narrow(visit.seat.scope), text, reads=visit.reader.of, after=after)
        return _listing(visit, page, here={"q": text, **wanted.filters}, text=text)
    page = page_of(wanted.tab, visit.seat, narrow=narrow, sort=wanted.sort, after=after)
    return _listing(visit, page, here=wanted.query)


def _find(request: HttpRequest, text: str) -> HttpResponse:
    """Answer what was typed in the search box: a number by its case or cases, words by their own address."""
    user, at = signed_in_user(request), timezone.now()
    if case := search.by_reference(Case.objects.visible_to(user, at=at), text):
        return redirect("desk-case", case.reference)
    if not search.is_personal(text):
        return redirect(f"{reverse('queue')}?{urlencode({'q': text[: search.LONGEST]})}")
    cases = search.by_person(Case.objects.at_desk_of(user, at=at), text, user=user, at=at)
    if len(cases) == 1:
        return redirect("desk-case", cases[0].reference)
    return _listing(Visit.of(request, {}), KeysetPage(cases, ""), of_person=True)


def _listing(
    visit: Visit, page: KeysetPage[Case], *, here: Mapping[str, str] | None = None, **said: Any
) -> HttpResponse:
    """Show a page of cases; ``here`` is what its address says, for the links to further pages."""
    seat, wanted = visit.seat, visit.wanted
    counts, is_found = visit.counts(), bool(said)
    around = {
        "rows": rows.rows_of(page.rows, seat.user, at=seat.at),
        "tab": None if is_found else wanted.tab,
        "tabs": [(one, counts.get(one)) for one in seat.tabs],
        "tiles": [(one, kind, words(counts[one])) for one, kind in _TILES],
        "wanted": wanted,
        "boxes": _boxes(visit),
        "chips": _chips(visit, here or {}),
        "sorts": [] if is_found else _sorts(wanted),
        "saved": _saved(visit, counts),
        "deeds": [(str(one), one.label) for one in offered_to(seat)],
        "here": urlencode(here or {}),
        "next": f"?{urlencode({**(here or {}), 'after': page.next})}" if page.next else "",
        "first": f"?{urlencode(here or {})}" if visit.request.GET.get("after") else "",
        "all_agencies": seat.is_unit,
        "onward": next((one for one in seat.tabs[1:] if counts.get(one)), None),
        "save_form": SaveForm(None, homes=visit.around.homes),
    }
    outside = frame(seat.user, at=seat.at, names=[home.name for home in visit.around.homes])
    return render(visit.request, "complaints/desk/queue/queue.html", {**around, **said, **outside})


# ---- what stands around the list ----


@dataclass(frozen=True)
class Box:
    """One filter as the page shows it: its choices below their headings, or a day."""

    name: str
    label: str
    value: str
    groups: Sequence[tuple[str, Sequence[Option]]] | None


def _boxes(visit: Visit) -> list[Box]:
    boxes = [_box(one, visit) for one in FILTERS]
    return [box for box in boxes if box.groups is None or box.groups]


def _box(one: Filter, visit: Visit) -> Box:
    value = visit.wanted.filters.get(one.name, "")
    if one.offer is None:
        return Box(one.name, str(one.label), value, None)
    groups: dict[str, list[Option]] = {}
    for option in one.offer(visit.around):
        groups.setdefault(option.group, []).append(option)
    return Box(one.name, str(one.label), value, list(groups.items()))


def _chips(visit: Visit, here: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return each filter in force with the address without it."""
    found = []
    for one in FILTERS:
        value = visit.wanted.filters.get(one.name)
        if value is not None:
            rest = visit.wanted.without(one.name).filters
            kept_parts = {key: part for key, part in here.items() if key not in visit.wanted.filters}
            found.append((f"{one.label}: {_name_of(one, value, visit)}", f"?{urlencode({**kept_parts, **rest})}"))
    return found


def _name_of(one: Filter, value: str, visit: Visit) -> str:
    if one.offer is None:
        return value
    return next(option.name for option in one.offer(visit.around) if option.key == value)


def _sorts(wanted: Wanted) -> list[tuple[str, str, bool]]:
    """Return the orders of the view: the words, the address and whether it is this one."""
    usual = next(iter(orders_of(wanted.tab)))
    return [
        (
            str(sort.label),
            f"?{urlencode({**wanted.query, 'sort': str(sort)})}",
            sort == (Sort(wanted.sort) if wanted.sort else usual),
        )
        for sort in orders_of(wanted.tab)
    ]


@dataclass(frozen=True)
class SavedLine:
    """One saved filter in the side menu."""

    saved: Saved
    address: str
    count: int | None
    is_here: bool
    may_delete: bool


def _saved(visit: Visit, counts: Mapping[str, int]) -> list[SavedLine]:
    supervised = visit.seat.user.authority(visit.seat.at).agencies(SUPERVISION)
    here = visit.request.GET.get("saved", "")
    return [
        SavedLine(
            one,
            f"?{urlencode({**one.query, 'saved': one.key})}",
            counts.get(f"saved-{one.key}"),
            here == str(one.key),
            one.is_own or one.agency in supervised,
        )
        for one in visit.around.saved
    ]


# ---- the counts by themselves ----


@staff_required(CASEWORK)
@require_safe
def counts(request: HttpRequest) -> HttpResponse:
    """Answer the counts of all views and saved filters as they are shown; 304 while they are the same."""
    visit = Visit.of(request, {"agency": request.GET.get("agency", "")})
    answer = JsonResponse({name: words(count) for name, count in visit.counts().items()})
    tag = f'"{sha256(answer.content).hexdigest()[:32]}"'
    answer.headers["ETag"] = tag
    return cast("HttpResponse", get_conditional_response(request, etag=tag, response=answer))


# A page that asks by itself must not keep a session alive which nobody uses.
counts.keeps_no_session = True  # type: ignore[attr-defined]


# ---- saved filters ----


@staff_required(CASEWORK)
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the view the person stands before under a name."""
    visit = Visit.of(request, request.POST.dict())
    back, form = f"{reverse('queue')}{visit.wanted.address}", SaveForm(request.POST, homes=visit.around.homes)
    if not form.is_valid():
        messages.warning(request, str(next(iter(form.errors.values()))[0]))
        return redirect(back)
    try:
        one = saved.save(
            visit.seat.user,
            at=visit.seat.at,
            name=form.cleaned_data["name"],
            query=visit.wanted.query,
            agency=form.agency,
        )
    except saved.TooMany:
        text = gettext("You have %(most)s saved filters, and no more fit. Delete one that you do not use.")
        messages.warning(request, text % {"most": saved.MOST})
        return redirect(back)
    messages.success(request, gettext("The filter was saved. You find it in the menu."))
    return redirect(f"{back}&{urlencode({'saved': one.pk})}")


@staff_required(CASEWORK)
@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Delete a saved filter: one's own, or as supervisor one that is shared at the own desk."""
    key = request.POST.get("saved", "")
    known = key.isascii() and key.isdecimal() and len(key) <= LONGEST_KEY
    found = saved.deletable(signed_in_user(request), at=timezone.now()).filter(pk=key) if known else None
    if found is None or not found.delete()[0]:
        messages.warning(request, gettext("This saved filter is not there any more."))
    else:
        messages.success(request, gettext("The saved filter was deleted."))
    return redirect("queue")
