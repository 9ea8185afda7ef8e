"""The handbook of staff, which any member of staff may read; its texts are in ``templates/pages/handbook``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, npgettext
from django.views.decorators.http import require_safe

from accounts.decorators import signed_in_user, staff_required
from accounts.roles import ANY_STAFF, ESCALATION_LEVEL_NAMES
from complaints.actions.consultations import LINK_LIFE
from complaints.actions.objections import SHORTEST_OBJECTION
from complaints.attachments.uploads import MOST_FILES
from complaints.clocks import clockwork
from complaints.clocks.extensions import SOON_DAYS
from complaints.staff.frame import BY_NAME, frame, other_pages, own_pages
from complaints.workflow import MAX_OBJECTIONS, OBJECTION_DAYS, State

_HEADING: Final = re.compile(r'<h2 id="([a-z-]+)">\s*([^<]+?)\s*</h2>')


@staff_required(ANY_STAFF)
@require_safe
def contents(request: HttpRequest) -> HttpResponse:
    """List the pages of the handbook, those about the reader's own work first."""
    user, at = signed_in_user(request), timezone.now()
    authority = user.authority(at)
    context = {"own": own_pages(authority), "others": other_pages(authority), **frame(user, at=at)}
    return render(request, "complaints/staff/handbook.html", context)


@staff_required(ANY_STAFF)
@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Show one page of the handbook, with its headings as the table of its contents."""
    found = BY_NAME.get(name)
    if found is None:
        raise Http404
    text = render_to_string(f"pages/handbook/{name}.{get_language()}.html", values(), request)
    headings = [(anchor, SafeString(words)) for anchor, words in _HEADING.findall(text)]
    around = frame(signed_in_user(request), at=timezone.now())
    context = {"page": found, "text": SafeString(text), "headings": headings, **around}
    return render(request, "complaints/staff/handbook_page.html", context)


def values() -> dict[str, Any]:
    """Return the numbers and names in the texts, as the settings and the code have them now."""
    return {
        "triage_days": _working_days(clockwork.days_in(State.TRIAGE)),
        "competence_days": _working_days(clockwork.days_in(State.REFERRED)),
        "reply_days": _working_days(clockwork.days_in(State.WAITING)),
        "ruling_days": _working_days(clockwork.days_in(State.OBJECTED)),
        "level_days": _working_days(clockwork.LEVEL_DAYS),
        "objection_days": _days(timedelta(days=OBJECTION_DAYS)),
        "link_days": _days(LINK_LIFE),
        "soon_days": _working_days(SOON_DAYS),
        "send_window": span_words(settings.SEND_WINDOW),
        "inactivity_hours": _working_hours(clockwork.inactivity_minutes() // 60),
        "bounces": clockwork.bounces_before_ruling(),
        "reminders": clockwork.reminders(),
        "levels": [ESCALATION_LEVEL_NAMES[level] for level in clockwork.ladder()],
        "most_objections": MAX_OBJECTIONS,
        "shortest_objection": SHORTEST_OBJECTION,
        "most_files": MOST_FILES,
    }


# ---- amounts, as they stand within a sentence ----


def _working_days(count: int | None) -> str:
    count = count or 0
    return npgettext("in a sentence", "%(count)s working day", "%(count)s working days", count) % {"count": count}


def _days(span: timedelta) -> str:
    return npgettext("in a sentence", "%(count)s day", "%(count)s days", span.days) % {"count": span.days}


def span_words(count: int) -> str:
    """Return ``count`` seconds in words, in whole minutes where it is that."""
    minutes, rest = divmod(count, 60)
    if minutes and not rest:
        return npgettext("in a sentence", "%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    return npgettext("in a sentence", "%(count)s second", "%(count)s seconds", count) % {"count": count}


def _working_hours(count: int) -> str:
    return npgettext("in a sentence", "%(count)s working hour", "%(count)s working hours", count) % {"count": count}
