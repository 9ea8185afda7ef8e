"""The page of all changes of staff, for the auditor and the head of the unit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.decorators import signed_in_user, staff_required
from accounts.models import StaffChange
from accounts.roles import STAFF_CHANGE_READERS
from accounts.staff.filters import query_string, sent_filter
from accounts.staff.frame import frame
from agencies.models import Agency
from kit.forms import DayField, Form, LineField
from kit.sent_numbers import sent_number

# ---- All changes of staff, the newest first, filtered by person, agency and span. ----


PAGE: Final = 50


@dataclass(frozen=True)
class ChangesQuery:
    """What is asked for; ``words`` are of the name or e-mail of whom a change is about, or of who made it."""

    words: str = ""
    agency: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class ChangesPage:
    """One page of changes, and the key the next one starts below (empty on the last)."""

    rows: Sequence[StaffChange]
    next: str


def list_changes(query: ChangesQuery, *, after: str = "") -> ChangesPage:
    """Return a page of changes in one statement; ``after`` is the ``next`` of the page before."""
    rows = StaffChange.objects.for_listing()
    for word in query.words.split():
        rows = rows.filter(_named("subject", word) | _named("proposed_by", word) | _named("decided_by", word))
    if query.agency is not None:
        rows = rows.filter(agency=query.agency)
    if query.since is not None:
        rows = rows.filter(proposed_at__gte=_midnight(query.since))
    if query.until is not None:
        rows = rows.filter(proposed_at__lt=_midnight(query.until + timedelta(days=1)))
    if (key := sent_number(after)) is not None:
        rows = rows.filter(pk__lt=key)
    found = list(rows[: PAGE + 1])
    shown = found[:PAGE]
    return ChangesPage(shown, str(shown[-1].pk) if len(found) > PAGE else "")


def _named(who: str, word: str) -> Q:
    return (
        Q(**{f"{who}__name_ar__icontains": word})
        | Q(**{f"{who}__name_en__icontains": word})
        | Q(**{f"{who}__login__icontains": word})
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


# ---- The filter of the page of all changes of staff. ----


LONGEST_NAME = 120


class ChangesForm(Form):
    """A person by name or e-mail, an agency, and the days between which a change was proposed."""

    words = LineField(max=LONGEST_NAME, required=False, label=_("Name or work e-mail"))
    agency = forms.ChoiceField(required=False, label=_("Agency"))
    since = DayField(required=False, label=_("From this day"))
    until = DayField(required=False, label=_("Until this day"))

    def __init__(self, data: Mapping[str, Any], *, agencies: Iterable[Agency]) -> None:
        super().__init__(data)
        self.agencies = {agency.code: agency for agency in agencies}
        names = [(code, agency.name) for code, agency in self.agencies.items()]
        self.offer_choices("agency", names, empty=_("All"))

    def query(self) -> ChangesQuery:
        """Return what is asked for, without the fields that cannot be read."""
        self.is_valid()
        cleaned = self.cleaned_data
        agency = self.agencies.get(cleaned.get("agency", ""))
        return ChangesQuery(
            cleaned.get("words", ""), agency.pk if agency else None, cleaned.get("since"), cleaned.get("until")
        )


@staff_required(STAFF_CHANGE_READERS)
@require_http_methods(["GET", "HEAD", "POST"])
def changes(request: HttpRequest) -> HttpResponse:
    """List every change; names are searched by POST, so that none stands in an address."""
    user, at = signed_in_user(request), timezone.now()
    sent = sent_filter(request)
    form = ChangesForm(sent, agencies=Agency.objects.order_by("name_ar", "pk"))
    query = form.query()
    if request.method == "POST" and not query.words:
        return redirect(request.path + query_string(sent))
    page = list_changes(query, after=sent.get("after", ""))
    older = query_string(sent, after=page.next) if page.next and not query.words else ""
    context = {"form": form, "page": page, "older": older, **frame(user, at=at)}
    return render(request, "accounts/staff/changes/changes.html", context)
