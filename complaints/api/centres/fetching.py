"""Fetching what outside centres have to say, for those that do not call us, and the numbers they gave."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from agencies.models import OutsideCentre
from complaints.actions.outside_centres import adopt_reference
from complaints.api.centres.views import take_report
from complaints.api.signed_calls import CallRefused, SignedCall, take_once
from complaints.engine import holders
from complaints.models import Handover, HandoverWay
from kit.webhook_signatures import is_id
from notifications.carriers import Declined
from notifications.carriers.webhook import SUCCESS, call
from notifications.models import Attempt, Endpoint, Outcome
from notifications.periodic import RowRun

logger = logging.getLogger(__name__)

TASK: Final = "complaints.fetch_centre_answers"
#: Pages of one centre in one run; the rest comes with the next.
MOST_PAGES: Final = 10
#: Answers on one page that are read.
MOST_ANSWERS: Final = 100
LONGEST_CURSOR: Final = 200
LONGEST_PAGE: Final = 512 * 1024


def fetch_answers(*, at: datetime) -> int:
    """Fetch the answers of every centre that is asked, and keep the numbers that centres gave; return how many came.

    Safe to run twice: an answer is taken once under its id. A centre that does not answer is down until it does.
    """
    run = RowRun(TASK, "centre", at=at)
    endpoints = Endpoint.objects.filter(name__startswith=holders.PREFIX, is_active=True).exclude(answers_url="")
    taken = 0
    for endpoint in run.without_waiting(endpoints.order_by("name"), field="name"):
        # In no transaction: a centre is asked in between, and may take its time.
        with run.row(endpoint.name, atomic=False):
            taken += _fetch(endpoint, at=at)
    adopt_references()
    return taken


def _fetch(endpoint: Endpoint, *, at: datetime) -> int:
    centre = OutsideCentre.objects.get(pk=int(endpoint.name.removeprefix(holders.PREFIX)))
    taken = 0
    for _ in range(MOST_PAGES):
        page = _page(endpoint, at=at)
        if page is None:
            Endpoint.objects.filter(pk=endpoint.pk, fetch_failed_at=None).update(fetch_failed_at=at)
            return taken
        answers, cursor = page
        taken += sum(_is_taken(centre, one) for one in _calls(endpoint, answers, at=at))
        is_last = cursor in {"", endpoint.cursor}
        endpoint.cursor = cursor or endpoint.cursor
        Endpoint.objects.filter(pk=endpoint.pk).update(cursor=endpoint.cursor, fetch_failed_at=None)
        if is_last:
            break
    return taken


def _page(endpoint: Endpoint, *, at: datetime) -> tuple[list[Any], str] | None:
    """Return the answers after the cursor and the next cursor; None where the centre does not say."""
    url = endpoint.answers_url
    if endpoint.cursor:
        url += ("&" if "?" in url else "?") + urlencode({"after": endpoint.cursor})
    try:
        name = f"{endpoint.pk}.{at.timestamp():.0f}"
        status, text = call("GET", url, b"", call_id=name, keys=endpoint.keys(at), longest=LONGEST_PAGE)
        page = json.loads(text) if status in SUCCESS else None
    except (Declined, ValueError, RecursionError):
        page = None
    if not isinstance(page, dict) or not isinstance(page.get("answers"), list):
        return None
    cursor = page.get("cursor")
    if not isinstance(cursor, str) or not cursor.isprintable():
        cursor = ""
    return page["answers"][:MOST_ANSWERS], cursor[:LONGEST_CURSOR]


def _calls(endpoint: Endpoint, answers: list[Any], *, at: datetime) -> Iterator[SignedCall]:
    for answer in answers:
        call_id = answer.get("id") if isinstance(answer, dict) else None
        if not isinstance(call_id, str) or not is_id(call_id):
            logger.warning("An answer of a centre has no id.", extra={"centre": endpoint.name})
            continue
        data = {name: value for name, value in answer.items() if name != "id"}
        digest = hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()
        yield SignedCall(endpoint, call_id, data, digest, at)


def _is_taken(centre: OutsideCentre, fetched: SignedCall) -> bool:
    """Take one answer; one that is wrong is logged by its code and left behind, so that it holds up no other."""
    try:
        take_once(fetched, lambda one: take_report(centre, one))
    except CallRefused as refused:
        logger.warning("An answer of a centre was not taken.", extra={"centre": centre.pk, "code": refused.code})
        return False
    return True


def adopt_references() -> int:
    """Keep the numbers that centres gave when they took a case; return how many were new."""
    waiting = Handover.objects.filter(way=HandoverWay.WEBHOOK, given_reference="", ended_at=None).select_related("case")
    by_occasion = {holders.occasion(handed): handed for handed in waiting}
    taken = Attempt.objects.filter(message__occasion__in=by_occasion, outcome=Outcome.ACCEPTED)
    adopted = 0
    for occasion, number, own in taken.values_list("message__occasion", "provider_id", "message_id"):
        if number != str(own):
            adopt_reference(by_occasion[occasion], number)
            adopted += 1
    return adopted
