"""The bare floor of filing: a Django view that writes the same rows in one statement, and does nothing else.

It shows the form and takes the case, its first event, holding and clock and a receipt to be sent, in tables of its own.
What it leaves out although no system may, ``necessary_floor`` does.
"""

from __future__ import annotations

import json
import uuid

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

#: What the bare views pass: a session with its user, and the token of the form.
MIDDLEWARE = [
    "tests.bench.desk_floor.with_own_addresses",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
TABLES = """
CREATE TABLE floor_case (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, reference bigint UNIQUE GENERATED ALWAYS AS IDENTITY,
    submission uuid UNIQUE, citizen uuid, agency bigint, topic bigint, subject text, details text, state text,
    deadline_at timestamptz, filed_at timestamptz
);
CREATE INDEX ON floor_case (agency, state, deadline_at, id);
CREATE INDEX ON floor_case (citizen, filed_at);
CREATE INDEX ON floor_case USING gin (to_tsvector('simple', subject || ' ' || details));
CREATE TABLE floor_event (case_id bigint, number int, action text, at timestamptz, facts jsonb,
                          PRIMARY KEY (case_id, number));
CREATE TABLE floor_holding (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, case_id bigint, holder text,
                            started_at timestamptz);
CREATE TABLE floor_clock (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, case_id bigint, due_at timestamptz);
CREATE TABLE floor_message (id uuid PRIMARY KEY, occasion text UNIQUE, recipient text, body text,
                            created_at timestamptz);
"""
FILE = """
WITH filed AS (
    INSERT INTO floor_case (submission, citizen, agency, topic, subject, details, state, deadline_at, filed_at)
    VALUES (%(submission)s, %(citizen)s, %(agency)s, %(topic)s, %(subject)s, %(details)s, 'referred',
            now() + interval '2 days', now()) RETURNING id, reference
), event AS (INSERT INTO floor_event SELECT id, 1, 'file', now(), %(facts)s::jsonb FROM filed
), holding AS (INSERT INTO floor_holding (case_id, holder, started_at) SELECT id, 'agency', now() FROM filed
), clock AS (INSERT INTO floor_clock (case_id, due_at) SELECT id, now() + interval '2 days' FROM filed
), message AS (
    INSERT INTO floor_message SELECT %(message)s, 'case:' || id || ':1', %(citizen)s::text, 'Received', now() FROM filed
)
SELECT reference FROM filed
"""


def file(request: HttpRequest) -> HttpResponse:
    """Show the form, or take the case and lead to its number."""
    if request.method != "POST":
        return render(request, "complaints/portal/filing/_restart.html", {"urls": {"restart": "/"}})
    values = {name: request.POST[name] for name in ("agency", "topic", "subject", "details")}
    keys = {"submission": uuid.uuid4(), "message": uuid.uuid4(), "citizen": request.user.pk}
    with connection.cursor() as cursor:
        cursor.execute(FILE, {**values, **keys, "facts": json.dumps({"channel": "web"})})
        (reference,) = cursor.fetchone()
    return HttpResponseRedirect(f"/{reference}/")
