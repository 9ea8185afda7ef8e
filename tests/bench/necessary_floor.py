"""The floor of filing with what no such system may leave out, in the tables of the project, by three statements.

Beside the bare floor it keeps foreign keys and the indexes of the search, judges repeated and too many cases, asks who
receives the case, signs the history, keeps a fingerprint of the words, and owes sealed messages to the citizen and to
each officer. Its words are written by hand and its dates need no calendar.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from complaints import reference
from complaints.engine.history import GENESIS, history_keys
from complaints.models import event_key
from kit.crypto import lookup, seal, unseal
from notifications.runtime import notify_workers

#: The person, what they filed, and the two keys of the case.
ASK: Final = """
SELECT z.id, z.user_id, z.phone, z.language, nextval('complaints_case_serial'),
    nextval(pg_get_serial_sequence('complaints_case', 'id')),
    (SELECT count(*) FROM complaints_case WHERE citizen_id = z.id AND filed_at > %(since)s),
    (SELECT count(*) FROM complaints_case WHERE citizen_id = z.id AND state <> 'closed'
        AND folded = ar_strip(%(subject)s || ' ' || %(details)s)),
    (SELECT count(*) FROM agencies_topic WHERE id = %(topic)s AND is_active AND 'complaint' = ANY(kinds))
FROM {person} FOR UPDATE OF z
"""
BY_USER: Final = "accounts_citizen z WHERE z.user_id = %(user)s"
BY_KEY: Final = """accounts_citizen z JOIN accounts_appsession s ON s.user_id = z.user_id
    WHERE s.access_hash = %(access)s AND s.access_until > now() AND s.ended_at IS NULL"""
OFFICERS: Final = """
SELECT u.id, u.email, u.language FROM accounts_membership m JOIN accounts_user u ON u.id = m.user_id
WHERE m.agency_id = %s AND m.role = 'officer' AND m.starts_on <= %s AND (m.ends_on IS NULL OR m.ends_on >= %s)
    AND u.is_active
"""
FILE: Final = """
WITH filed AS (
    INSERT INTO complaints_case (id, reference, submission, kind, channel, language, citizen_id, notify_by,
        hides_identity, is_urgent, agency_id, topic_id, subject, details, governorate_id, area, place, employee, state,
        resumes_to, holder, last_action, version, changed_at, chain, filed_at, limit_from, deadline_at, bounces,
        objections_made, outcome)
    VALUES (%(case)s, %(reference)s, %(submission)s, 'complaint', 'web', 'ar', %(citizen)s, 'sms', false, false,
        %(agency)s, %(topic)s, %(subject)s, %(details)s, NULL, %(area)s, '', '', 'referred', '', 'agency', 'file', 1,
        %(at)s, %(chain)s, %(at)s, %(at)s, %(due)s, 0, 0, '')
), event AS (
    INSERT INTO complaints_caseevent (id, case_id, number, action, from_state, to_state, at, actor_id, agency_id, facts,
        chain, key_id)
    VALUES (%(event)s, %(case)s, 1, 'file', '', 'referred', %(at)s, %(user)s, %(agency)s, %(facts)s::jsonb, %(chain)s,
        %(signed_by)s)
), salt AS (INSERT INTO complaints_textsalt (event_id, salt) VALUES (%(event)s, %(salt)s)
), holding AS (
    INSERT INTO complaints_holding (case_id, holder, agency_id, started_at)
    VALUES (%(case)s, 'agency', %(agency)s, %(at)s)
), clock AS (
    INSERT INTO complaints_clock (case_id, kind, started_at, limit_days, first_due_at, due_at, pauses, ending)
    VALUES (%(case)s, 'decide_competence', %(at)s, 2, %(due)s, %(due)s, '{}', '')
)
INSERT INTO notifications_message (id, occasion, template, channel, lane, recipient, reference, language, address,
    subject, body, linked, must_reach, daytime, segments, state, tries, carrier, times_not_found, fence, created_at)
SELECT id, 'case:' || %(case)s || ':1', 'case_received', channel, 'notices', recipient, %(reference)s, language,
    address, subject, body, false, false, true, 1, 'pending', 0, '', 0, 0, %(at)s
FROM unnest(%(ids)s::uuid[], %(channels)s::text[], %(recipients)s::text[], %(languages)s::text[],
    %(addresses)s::bytea[], %(subjects)s::bytea[], %(bodies)s::bytea[])
    AS owed(id, channel, recipient, language, address, subject, body)
"""
#: The answer to the key of a request that was not used before.
ONCE: Final = """
INSERT INTO accounts_storedanswer (id, user_id, key_hash, request_hash, status, body, created_at)
VALUES (%s, %s, %s, %s, 201, %s, now()) ON CONFLICT DO NOTHING
"""
MOST: Final = 20


def file(request: HttpRequest) -> HttpResponse:
    """Show the form, or take the case and lead to its number."""
    if request.method != "POST":
        return render(request, "complaints/portal/filing/_restart.html", {"urls": {"restart": "/"}})
    with transaction.atomic():
        transaction.on_commit(partial(notify_workers, "notices"))
        number, _user = _filed(BY_USER, {"user": request.user.pk}, request.POST)
    return HttpResponseRedirect(f"/{number}/")


@csrf_exempt
def file_by_app(request: HttpRequest) -> HttpResponse:
    """Take a case from an app by the key of its session, once for each key of a request."""
    body, access = json.loads(request.body), request.headers["Authorization"].removeprefix("Bearer ")
    with transaction.atomic():
        transaction.on_commit(partial(notify_workers, "notices"))
        number, user = _filed(BY_KEY, {"access": hashlib.sha256(access.encode()).hexdigest()}, body)
        row, mark = uuid.uuid4(), lookup(hashlib.sha256(request.body).hexdigest(), purpose="idempotency")
        key = lookup(request.headers["Idempotency-Key"], purpose="idempotency")
        answer = seal(json.dumps({"reference": number}), bound_to=f"accounts_storedanswer.body:{row}")
        with connection.cursor() as cursor:
            cursor.execute(ONCE, [row, user, key, mark, bytes(answer)])
    return JsonResponse({"reference": number}, status=201)


def _filed(person: str, who: Mapping[str, Any], typed: Mapping[str, Any]) -> tuple[str, uuid.UUID]:
    at = timezone.now()
    words = {name: str(typed[name]) for name in ("subject", "details")}
    keys = {name: int(typed[name]) for name in ("agency", "topic")}
    with connection.cursor() as cursor:
        cursor.execute(ASK.format(person=person), {**who, **words, **keys, "since": at - timedelta(days=1)})
        citizen, user, phone, language, serial, case, today, same, is_offered = cursor.fetchone()
        cursor.execute(OFFICERS, [keys["agency"], at.date(), at.date()])
        officers = cursor.fetchall()
        if not officers or today >= MOST or same or not is_offered:
            message = "the floor does not take this case"
            raise RuntimeError(message)
        number = reference.make(year=at.year, serial=serial)
        values = {"case": case, "event": event_key(case, 1), "reference": number, "citizen": citizen, "user": user}
        values |= {"at": at, "due": at + timedelta(days=2), "submission": uuid.uuid4(), "area": "", **words, **keys}
        values |= _signed(values, at)
        own = unseal(bytes(phone), bound_to=f"accounts_citizen.phone:{citizen}")
        people = [("sms", f"citizen:{citizen}", own, language)]
        people += [("email", f"user:{key}", email, spoken) for key, email, spoken in officers]
        cursor.execute(FILE, values | _owed(people, number))
    return number, user


def _signed(values: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """Return the fingerprint of the words with its salt, and the code of the first event."""
    salt, (key_id, key) = secrets.token_bytes(32), next(iter(history_keys().items()))
    words = hmac.digest(salt, f"{values['subject']}\x1f{values['details']}".encode(), hashlib.sha256).hex()
    facts = {"channel": "web", "chosen_agency": values["agency"], "words": words}
    covered = [key_id, values["case"], 1, "file", "", "referred", at.timestamp(), str(values["user"]), facts]
    chain = hmac.digest(key, GENESIS + json.dumps(covered).encode(), hashlib.sha256)
    return {"salt": salt, "facts": json.dumps(facts), "chain": chain, "signed_by": key_id}


def _owed(people: list[tuple[str, str, str, str]], number: str) -> dict[str, Any]:
    """Return the columns of the messages, each sealed for its row."""
    ids = [uuid.uuid4() for _ in people]
    texts = {"addresses": "address", "subjects": "subject", "bodies": "body"}
    body = f"We received your case {number}. The agency answers within two working days."
    told = [{"address": address, "subject": number, "body": body} for _channel, _key, address, _language in people]
    sealed = {
        name: [
            bytes(seal(one[column], bound_to=f"notifications_message.{column}:{key}"))
            for key, one in zip(ids, told, strict=True)
        ]
        for name, column in texts.items()
    }
    channels, recipients, _addresses, languages = (list(column) for column in zip(*people, strict=True))
    return {"ids": ids, "channels": channels, "recipients": recipients, "languages": languages, **sealed}
