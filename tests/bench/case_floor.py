"""The floor of the case page: a bare Django view with the same rows by hand-written SQL, and a plain template."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine

CASE = """
    SELECT c.id, c.reference, c.subject, c.details, c.state, c.deadline_at, c.area, c.filed_at, t.name_ar, a.name_ar,
        z.first_name || ' ' || z.family_name
    FROM complaints_case c
    JOIN accounts_citizen z ON z.id = c.citizen_id
    LEFT JOIN agencies_topic t ON t.id = c.topic_id
    LEFT JOIN agencies_agency a ON a.id = c.agency_id
    WHERE c.reference = %s AND c.agency_id IN (SELECT agency_id FROM accounts_membership WHERE user_id = %s)
"""
EVENTS = """
    SELECT e.action, e.at, u.name_ar, n.text FROM complaints_caseevent e
    LEFT JOIN accounts_user u ON u.id = e.actor_id LEFT JOIN complaints_note n ON n.event_id = e.id
    WHERE e.case_id = %s ORDER BY e.number DESC
"""
HOLDINGS = """
    SELECT h.holder, h.started_at, h.ended_at, a.name_ar FROM complaints_holding h
    LEFT JOIN agencies_agency a ON a.id = h.agency_id WHERE h.case_id = %s ORDER BY h.started_at
"""
_PAGE = Engine().from_string("""<!DOCTYPE html><html lang="ar" dir="rtl"><title>Case</title><h1>{{ case.2 }}</h1>
<p>{{ case.3 }}</p><p>{{ case.1 }} {{ case.4 }} {{ case.5|date:"j F Y" }} {{ case.8 }} {{ case.9 }} {{ case.10 }}</p>
<ol>{% for event in events %}<li>{{ event.0 }} {{ event.1|date:"j F Y H:i" }} {{ event.2 }} {{ event.3 }}</li>
{% endfor %}</ol>
<ol>{% for held in holdings %}<li>{{ held.0 }} {{ held.1|date:"j F Y" }} {{ held.3 }}</li>{% endfor %}</ol></html>""")


@login_required
def case(request: HttpRequest, ref: str) -> HttpResponse:
    """Show a case of the own agencies with its history and its holders."""
    with connection.cursor() as cursor:
        cursor.execute(CASE, [ref, request.user.pk])
        row = cursor.fetchone()
        cursor.execute(EVENTS, [row[0]])
        events = cursor.fetchall()
        cursor.execute(HOLDINGS, [row[0]])
        return HttpResponse(_PAGE.render(Context({"case": row, "events": events, "holdings": cursor.fetchall()})))
