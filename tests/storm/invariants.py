"""What must hold of every case when nobody acts any more, each a question to the database that nothing may answer."""

from __future__ import annotations

import io
from typing import Final

from django.core.management import CommandError, call_command
from django.db import connection

BROKEN: Final[dict[str, str]] = {
    "an event is before the one it follows": """
        SELECT case_id, number FROM (
            SELECT *, lag(at) OVER history AS before FROM complaints_caseevent
            WINDOW history AS (PARTITION BY case_id ORDER BY number)) AS event
        WHERE at < before""",
    "an event does not follow from the one before": """
        SELECT case_id, number FROM (
            SELECT *, lag(to_state, 1, '') OVER history AS before, lag(number, 1, 0) OVER history AS last
            FROM complaints_caseevent WINDOW history AS (PARTITION BY case_id ORDER BY number)) AS event
        WHERE from_state <> before AND number > 1 OR number <> last + 1""",
    "a case is not what its newest event says": """
        SELECT complaints_case.id FROM complaints_case LEFT JOIN complaints_caseevent AS event
        ON event.case_id = complaints_case.id AND event.number = version
        WHERE (state, changed_at, complaints_case.chain) IS DISTINCT FROM (to_state, at, event.chain)""",
    "nobody has an open case, or somebody a closed one": """
        SELECT complaints_case.id FROM complaints_case LEFT JOIN complaints_holding AS open
        ON open.case_id = complaints_case.id AND open.ended_at IS NULL
        GROUP BY complaints_case.id HAVING count(open.id) <> (state <> 'closed')::int
            OR max(open.holder) <> complaints_case.holder""",
    "a case changes hands with a gap or an overlap": """
        SELECT case_id, id FROM (
            SELECT *, lead(started_at) OVER (PARTITION BY case_id ORDER BY started_at, id) AS next
            FROM complaints_holding) AS holding
        WHERE next IS DISTINCT FROM ended_at AND next IS NOT NULL AND NOT EXISTS (
            SELECT FROM complaints_caseevent AS event WHERE event.case_id = holding.case_id AND event.at = next
            AND from_state = 'closed' AND to_state <> 'closed')""",
    "a case is held before it began": """
        SELECT case_id FROM complaints_holding AS holding GROUP BY case_id
        HAVING min(started_at) <> (
            SELECT min(at) FROM complaints_caseevent AS event WHERE event.case_id = holding.case_id)""",
    "an open case has no running clock, or several": """
        SELECT complaints_case.id FROM complaints_case LEFT JOIN complaints_clock AS clock
        ON clock.case_id = complaints_case.id AND clock.ended_at IS NULL AND paused_at IS NULL AND task_id IS NULL
        WHERE state <> 'closed'
        GROUP BY complaints_case.id HAVING count(clock.id) <> 1 OR max(due_at) IS DISTINCT FROM deadline_at""",
    "a clock ended before it began": "SELECT id FROM complaints_clock WHERE ended_at < started_at",
    "a task and its clock disagree": """
        SELECT task.id FROM complaints_referraltask AS task LEFT JOIN complaints_clock AS clock
        ON clock.task_id = task.id AND clock.ended_at IS NULL
        GROUP BY task.id HAVING count(clock.id) <> (task.state = 'open')::int""",
    "a question is open beside a case that waits for none": """
        SELECT complaints_case.id FROM complaints_case LEFT JOIN complaints_question AS question
        ON question.case_id = complaints_case.id AND question.ended_at IS NULL
        GROUP BY complaints_case.id HAVING count(question.id) <> (state = 'waiting')::int""",
    "somebody is told twice of one occasion": """
        SELECT occasion FROM notifications_message
        GROUP BY occasion, channel, recipient, template HAVING count(*) > 1""",
}


def broken() -> list[str]:
    """Return what does not hold, with the first rows that show it."""
    found = []
    with connection.cursor() as cursor:
        for name, query in BROKEN.items():
            cursor.execute(query)
            if rows := cursor.fetchmany(3):
                found.append(f"{name}: {rows}")
    try:
        call_command("verify_history", stdout=io.StringIO())
    except CommandError as forged:
        found.append(str(forged))
    return found
