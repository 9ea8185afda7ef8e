"""The floor of the desk: bare Django views with the same rows by hand-written SQL, and a plain template."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.test import Client, override_settings
from django.urls import path

from tests.bench import case_floor, filing_floor, necessary_floor

#: What the bare views pass: a session with its user.
MIDDLEWARE = [
    "tests.bench.desk_floor.with_own_addresses",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
AGENCIES = """
    SELECT agency_id FROM accounts_membership
    WHERE user_id = %s AND starts_on <= %s AND (ends_on IS NULL OR ends_on >= %s)
"""
_ROW = """
    SELECT c.reference, c.subject, c.deadline_at, c.state, t.name_ar, a.short_name_ar,
        z.first_name || ' ' || z.family_name AS person
    FROM complaints_case c
    JOIN accounts_citizen z ON z.id = c.citizen_id
    LEFT JOIN agencies_topic t ON t.id = c.topic_id
    LEFT JOIN agencies_agency a ON a.id = c.agency_id
"""
QUEUE = f"""{_ROW} WHERE c.id IN (
        (SELECT id FROM complaints_case WHERE agency_id = ANY(%(agencies)s) AND state = 'triage'
            ORDER BY deadline_at, id LIMIT 26)
        UNION ALL (SELECT id FROM complaints_case WHERE agency_id = ANY(%(agencies)s) AND state = 'referred'
            ORDER BY deadline_at, id LIMIT 26)
        UNION ALL (SELECT id FROM complaints_case WHERE agency_id = ANY(%(agencies)s) AND state = 'in_progress'
            ORDER BY deadline_at, id LIMIT 26)
        UNION ALL (SELECT id FROM complaints_case WHERE agency_id = ANY(%(agencies)s) AND state = 'waiting'
            ORDER BY deadline_at, id LIMIT 26)
        UNION ALL (SELECT id FROM complaints_case WHERE agency_id = ANY(%(agencies)s) AND state = 'objected'
            ORDER BY deadline_at, id LIMIT 26)
    ) ORDER BY c.deadline_at, c.id LIMIT 25
"""
SEARCH = f"""{_ROW} WHERE c.agency_id = ANY(%(agencies)s) AND c.search_vector @@ to_tsquery('simple', %(word)s)
    ORDER BY c.id DESC LIMIT 25
"""
TABLE = """<!DOCTYPE html><html lang="ar" dir="rtl"><title>Queue</title><table>{% for row in rows %}
<tr><td>{{ row.2|date:"j F Y" }}</td><td><a href="/case/{{ row.0 }}/">{{ row.1 }}</a><br>{{ row.0 }} {{ row.6 }}</td>
<td>{{ row.4 }}</td><td>{{ row.3 }}</td><td>{{ row.5 }}</td></tr>{% endfor %}</table></html>"""
_PAGE = Engine().from_string(TABLE)


def bare_browser(officer: Client) -> Client:
    """Return a browser with the session of ``officer`` that meets the bare views only."""
    bare = Client(headers=officer.headers)
    bare.cookies = officer.cookies
    # A client keeps the middleware that it finds at its first request.
    with override_settings(MIDDLEWARE=MIDDLEWARE):
        bare.get("/queue/")
    return bare


def with_own_addresses(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let requests reach the views of this module.

    Not by the setting: each change of it makes the next page of the project build all its addresses anew.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        request.urlconf = __name__
        return get_response(request)

    return answer


@login_required
def queue(request: HttpRequest) -> HttpResponse:
    """Show the first open cases of the own agencies by deadline."""
    return _page(request, QUEUE)


@login_required
def search(request: HttpRequest) -> HttpResponse:
    """Show the newest cases of the own agencies that have a word."""
    return _page(request, SEARCH, word=request.GET["q"])


def _page(request: HttpRequest, statement: str, **values: Any) -> HttpResponse:
    today = date.today()  # noqa: DTZ011 - the floor has no calendar
    with connection.cursor() as cursor:
        cursor.execute(AGENCIES, [request.user.pk, today, today])
        agencies = [agency for (agency,) in cursor.fetchall()]
        cursor.execute(statement, {"agencies": agencies, **values})
        rows = cursor.fetchall()
    return HttpResponse(_PAGE.render(Context({"rows": rows})))


urlpatterns = [
    path("queue/", queue),
    path("search/", search),
    path("case/<str:ref>/", case_floor.case),
    path("file/", filing_floor.file),
    path("file/whole/", necessary_floor.file),
    path("file/by-app/", necessary_floor.file_by_app),
]
