"""The page of the cases behind a number, for those who may see cases; nobody is named on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user
from accounts.models import User
from agencies.models import Agency, Governorate, Topic
from complaints.case_text.answers import cause_name
from complaints.models import Case, CaseQuerySet
from complaints.models.channels import Channel
from complaints.staff.frame import frame
from complaints.visibility.identity import CaseVisibility
from complaints.workflow import Kind
from kit import keyset
from kit.keyset import KeysetPage
from reports.access import for_readers_of_some, opens_cases, own_agencies, reads_all_figures
from reports.drill import links
from reports.drill.candidates import column_in, limited
from reports.drill.causes import with_cause
from reports.drill.counted import Question, counted_page
from reports.drill.links import AskedList
from reports.drill.lists import COUNTED, STANDING, CountedList, StandingList
from reports.figures import from_totals
from reports.figures.scopes import Key, Scope


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
        "rows": _rows(page.rows, user, at=at),
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
    asked = links.read(request.GET.dict(), today=timezone.localdate(at))
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
    is_kept = from_totals.kept_until() is not None
    cases = _cases(user, at)
    if asked.cause is not None:
        cases = with_cause(cases, asked.cause, asked.period, at=at)
    page = counted_page(Question(cases, found, asked.period, asked.scope, at, is_kept, asked.cause), after=after)
    listed = Case.objects.filter(pk__in=page.keys).for_listing().in_bulk()
    return KeysetPage([listed[key] for key in page.keys if key in listed], page.next)


def _rows(cases: Sequence[Case], user: User, *, at: datetime) -> list[Row]:
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
        (links.cases_url(name, asked.period, asked.scope), COUNTED[name].label, name == asked.name) for name in names
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
