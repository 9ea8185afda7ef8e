"""The plans that PostgreSQL keeps for the statements of case page, queue and triage: by keys, whatever the values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import Citizen, User
from agencies.models import Governorate
from complaints.actions import object_to, uphold
from complaints.actions.filing import file_draft
from complaints.desk.queue_tabs import Tab
from complaints.models import Case, Draft, ReferralTask
from tests.complaints.pages import Clock, Desk, address

#: Tables that grow with the cases or with the people.
GROWING = (
    "complaints_",
    "notifications_message",
    "accounts_session",
    "accounts_user",
    "accounts_citizen",
    "accounts_identity",
)


#: What PostgreSQL prefers while the tables are empty, as they are here.
FOR_EMPTY_TABLES = ("seqscan", "hashjoin", "mergejoin", "material")


def scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every node that reads a table which grows.

    But for subplans, which have an index each, and are hashed where a table is as small as here.
    """
    if node.get("Parent Relationship") == "SubPlan":
        return
    if node.get("Relation Name", "").startswith(GROWING) and node.get("Operation") != "Insert":
        yield node
    for child in node.get("Plans", ()):
        yield from scans(child)


def is_by_key(node: dict[str, Any], partial: set[str]) -> bool:
    """Tell whether the rows are found by a key, or are the few of a partial index, such as what is proposed."""
    return "Index Cond" in node or node["Node Type"] == "Bitmap Heap Scan" or node.get("Index Name") in partial


def nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield ``node`` and all below it."""
    yield node
    for child in node.get("Plans", ()):
        yield from nodes(child)


def ends_early(node: dict[str, Any]) -> bool:
    """Tell whether a limit takes rows one by one from parts that are read in turn, so that it need not read all."""
    if node["Node Type"] != "Limit" or node["Plans"][0]["Node Type"] != "Nested Loop":
        return False
    return bool(node["Plans"][0]["Plans"][0]["Node Type"] == "Append")


@pytest.mark.usefixtures("triaged")
def test_prepared_statements_find_their_rows_by_key(
    desk: Desk, partner_task: ReferralTask, draft: Draft, omar: User, lina: User, amina: Citizen, now: datetime
) -> None:
    Draft.objects.filter(pk=draft.pk).update(
        governorate=Governorate.objects.first(), area="الجبيهة", details="لا ماء في حينا منذ أسبوع، ولا أحد يجيب."
    )
    forget_plans()
    for person, page in ((omar, "desk-case"), (lina, "desk-case"), (amina, "case")):
        assert desk(person).get(address(page, partner_task.case)).status_code == 200
    for person in (omar, lina):
        for tab in Tab:
            assert desk(person).get(reverse("queue"), {"view": tab}).status_code == 200
        assert desk(person).get(reverse("queue-counts")).status_code == 200
    assert desk(lina).get(reverse("triage")).status_code == 200
    assert desk(lina).get(reverse("triage"), {"after": "1-1"}).status_code == 200
    file_draft(draft, by=amina.user, at=now, language="ar")
    assert_found_by_key(more_than=10)


def test_what_the_page_of_an_agency_reads_now_is_found_by_key(
    desk: Desk, closed: Case, omar: User, lina: User, amina: Citizen, clock: Clock
) -> None:
    object_to(closed, by=amina.user, at=clock(), text="ما زالت المياه مقطوعة.")
    uphold(closed, by=lina, at=clock(), days=2, reasons="لم يثبت وصول المياه.")
    clock.pass_(hours=1)
    forget_plans()
    for person in (omar, lina):
        answer = desk(person).get(reverse("agency-dashboard", args=["miyahuna"]))
        assert reverse("desk-case", args=[closed.reference]) in answer.content.decode()
    assert_found_by_key(more_than=5)


def forget_plans() -> None:
    """Let the connection forget what other tests had prepared."""
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")


def assert_found_by_key(*, more_than: int) -> None:
    """Hold that the plans of the statements that were prepared, of which there are some, read no growing table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%$1%'")
        statements = [statement for (statement,) in cursor.fetchall()]
        assert len(statements) > more_than
        cursor.execute("SELECT indexrelid::regclass::text FROM pg_index WHERE indpred IS NOT NULL")
        partial = {name for (name,) in cursor.fetchall()}
        for kind in FOR_EMPTY_TABLES:
            cursor.execute(f"SET LOCAL enable_{kind} = off")
        for statement in statements:
            cursor.execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {statement.replace('%', '%%')}", [])
            (found,) = cursor.fetchone()
            plan = found if isinstance(found, list) else json.loads(found)
            assert [node for node in scans(plan[0]["Plan"]) if not is_by_key(node, partial)] == [], statement
            if "'decide'" in statement:
                assert any(map(ends_early, nodes(plan[0]["Plan"]))), statement
