"""The entries of cases: what each moment of a case adds to the figures, as one statement over its history.

An entry has a *moment*, from which on it counts, and an *origin*, the day of what it belongs to. A flow (received,
closed, confirmed) counts in a period if its origin is not before the first day and its moment is before the end; what
a later event takes back is an entry of minus one with the origin of what it takes back. A stock (pending, late) is the
sum of all entries before the end. So a period shows how things stood at its end, whatever happened afterwards.

Each case counts for the agency it was with: at a referral its entries are taken from one agency and given to the next.
What an agency did (decided, answered, sent back) stays with the agency that did it.
"""

from __future__ import annotations

from typing import Final

from reports.models.figures import AGE_DAYS, AMOUNTS, CELL, DAYS

#: The columns of an entry.
COLUMNS: Final = ("case_id", "moment", "origin", *CELL, *DAYS, *AMOUNTS)


def _index(moment: str) -> str:
    return f"((({moment}) AT TIME ZONE 'Asia/Amman')::date - days.first + 1)"


def _worked(moment: str) -> str:
    """Return the SQL of the working seconds from the first day of the calendar to ``moment``."""
    place = _index(moment)
    return (
        f"(days.worked[{place}] + greatest(0, least(days.closes[{place}], date_part('epoch', {moment}))"
        f" - days.opens[{place}]))"
    )


def _rest(moment: str) -> str:
    """Return the SQL of the working seconds from ``moment`` to the end of its month."""
    month = f"((date_trunc('month', ({moment}) AT TIME ZONE 'Asia/Amman') + interval '1 month')::date - days.first + 1)"
    return f"(days.worked[{month}] - {_worked(moment)})"


def _workdays(start: str, end: str) -> str:
    return f"(days.workdays[{_index(end)}] - days.workdays[{_index(start)}])"


# The moment a clock was late from: its first deadline, or, before the pauses that moved it, the moment from which as
# much working time was left to it as they gave. A clock that stands is judged by the moment it stopped.
_LATE_SINCE: Final = f"""
    SELECT min(deadline.at) AS since FROM (
        SELECT
            to_timestamp(days.opens[place] + before.seconds - days.worked[place]) AS at,
            before.stopped_at
        FROM (
            SELECT
                lower(pause) AS stopped_at,
                {_worked("clock.first_due_at")} - 60 * sum(
                    floor(greatest(0, {_worked("upper(pause)")} - {_worked("lower(pause)")}) / 60 + 1e-9)
                ) OVER (ORDER BY lower(pause) DESC, upper(pause) DESC) AS seconds
            FROM unnest(clock.pauses) AS pause
            WHERE upper(pause) IS DISTINCT FROM clock.ended_at
        ) AS before
        CROSS JOIN LATERAL width_bucket(before.seconds - 0.001, days.worked) AS place
        UNION ALL
        SELECT clock.first_due_at, least(clock.paused_at, clock.ended_at, (
            SELECT min(lower(pause)) FROM unnest(clock.pauses) AS pause WHERE upper(pause) = clock.ended_at
        ))
    ) AS deadline
    WHERE deadline.stopped_at IS NULL OR deadline.at < deadline.stopped_at
"""  # noqa: S608 - names of ours

#: The step that an event took back, with those of the same moment; where none did, nothing is joined.
_UNDONE: Final = "undone.case_id = {0}.case_id AND {0}.number >= undone.first AND {0}.number < undone.last"

_AGES_SQL: Final = ", ".join(
    f"('{name}', {first}, {'NULL' if last is None else last})" for name, (first, last) in AGE_DAYS.items()
)

# Facts that hold for a while count for the agency the case is with; acts stay with the agency that acted.
_STATEMENT: Final = f"""
WITH days AS MATERIALIZED (
    SELECT %(first)s::date AS first, %(opens)s::float8[] AS opens, %(closes)s::float8[] AS closes,
        %(worked)s::float8[] AS worked, %(workdays)s::int[] AS workdays
),
chosen AS MATERIALIZED (
    SELECT id, reference, kind, channel, topic_id, governorate_id, filed_at FROM complaints_case AS cases
    WHERE {{which}}
),
event AS MATERIALIZED (
    SELECT event.case_id, event.number, event.action, event.from_state, event.to_state, event.at, event.agency_id,
        CASE WHEN event.action IN ('refer', 'rate', 'close', 'deliver', 'classify', 'undo') THEN event.facts
            END AS facts
    FROM complaints_caseevent AS event JOIN chosen ON chosen.id = event.case_id
    WHERE event.from_state <> event.to_state OR event.action IN ('refer', 'rate', 'classify', 'extend')
),
undone AS MATERIALIZED (
    SELECT case_id, (facts ->> 'undone')::int AS first, number AS last, at FROM event WHERE action = 'undo'
),
clock AS MATERIALIZED (
    SELECT clock.* FROM complaints_clock AS clock JOIN chosen ON chosen.id = clock.case_id
    WHERE clock.task_id IS NULL AND clock.kind NOT IN ('citizen_reply', 'may_object')
),
placement AS MATERIALIZED (
    SELECT case_id, at AS since, lead(at) OVER later AS until, number,
        CASE WHEN action IN ('file', 'undo') THEN agency_id
            WHEN action = 'refer' THEN (facts ->> 'agency')::bigint END AS agency_id
    FROM event WHERE action IN ('file', 'refer', 'decline', 'return') OR (action = 'undo' AND from_state = 'triage')
    WINDOW later AS (PARTITION BY case_id ORDER BY number)
),
turn AS MATERIALIZED (
    SELECT event.*,
        (max(ARRAY[lpad(number::text, 7, '0'), CASE action WHEN 'withdraw' THEN 'withdrawn'
            WHEN 'archive' THEN 'inadmissible' ELSE facts ->> 'outcome' END])
            FILTER (WHERE action IN ('close', 'deliver', 'withdraw', 'archive')) OVER past)[2] AS outcome
    FROM event WHERE from_state <> to_state
    WINDOW past AS (PARTITION BY case_id ORDER BY number)
),
state AS MATERIALIZED (
    SELECT case_id, at AS since, lead(at) OVER (PARTITION BY case_id ORDER BY number) AS until,
        to_state = 'closed' AS is_closed, outcome
    FROM turn WHERE action = 'file' OR (to_state = 'closed') <> (from_state = 'closed')
),
word AS MATERIALIZED (
    SELECT case_id, number, action, at, facts ->> 'solved' AS solved, (facts ->> 'treated')::int AS treated,
        max(number) FILTER (WHERE action NOT IN ('rate', 'object')) OVER past AS base,
        max(number) FILTER (WHERE action = 'close') OVER past AS answer,
        max(at) FILTER (WHERE action = 'close') OVER past AS answered_at,
        lead(at) OVER past AS next_at,
        min(at) FILTER (WHERE action <> 'object') OVER
            (PARTITION BY case_id ORDER BY number ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS next_rated_at
    FROM event WHERE action IN ('close', 'archive', 'withdraw', 'rate', 'object')
        OR (action = 'undo' AND from_state = 'closed')
    WINDOW past AS (PARTITION BY case_id ORDER BY number)
),
fact AS (
    SELECT id AS case_id, filed_at AS origin, filed_at AS since, NULL::timestamptz AS until,
        'received' AS name, 1 AS amount
    FROM chosen
    UNION ALL
    SELECT chosen.id, filed_at, filed_at, NULL, 'came_back', 1 FROM chosen
    JOIN complaints_recurrence AS again ON again.case_id = chosen.id
    WHERE NOT EXISTS (
        SELECT FROM complaints_caselink AS link
        WHERE link.case_id = chosen.id AND link.kind = 'same_problem' AND link.ended_at IS NULL
    )
    UNION ALL
    SELECT case_id, named.origin, since, until, named.name, 1
    FROM state JOIN chosen ON chosen.id = case_id
    CROSS JOIN LATERAL (
        VALUES ('closed', since), ('outcome_' || outcome, since), ('received_closed', filed_at)
    ) AS named (name, origin)
    WHERE is_closed
    UNION ALL
    SELECT case_id, NULL, since, until, 'pending', 1 FROM state WHERE NOT is_closed
    UNION ALL
    SELECT case_id, NULL, greatest(since, filed_at + age.first * interval '1 day'),
        least(until, filed_at + age.last * interval '1 day'), age.name, 1
    FROM state JOIN chosen ON chosen.id = case_id
    CROSS JOIN (VALUES {_AGES_SQL}) AS age (name, first, last)
    WHERE NOT is_closed AND (until IS NULL OR filed_at + age.first * interval '1 day' < until)
        AND (age.last IS NULL OR since < filed_at + age.last * interval '1 day')
    UNION ALL
    SELECT clock.case_id, NULL, greatest(late.since, clock.started_at, state.since),
        least(clock.ended_at, state.until), 'late', 1
    FROM days, clock
    CROSS JOIN LATERAL ({_LATE_SINCE}) AS late
    JOIN state ON state.case_id = clock.case_id AND NOT state.is_closed
        AND (state.until IS NULL OR late.since < state.until)
        AND (clock.ended_at IS NULL OR state.since < clock.ended_at)
    WHERE late.since IS NOT NULL
    UNION ALL
    SELECT case_id, answered_at, at, next_at,
        CASE WHEN action = 'close' THEN 'unanswered' WHEN action = 'rate' AND solved = 'yes' THEN 'confirmed'
        ELSE 'disputed' END, 1
    FROM word WHERE base = answer
    UNION ALL
    SELECT case_id, answered_at, at, next_rated_at, said.name, said.amount
    FROM word CROSS JOIN LATERAL (
        VALUES ('rated', 1), ('treated', (treated IS NOT NULL)::int), ('treatment', coalesce(treated, 0))
    ) AS said (name, amount)
    WHERE action = 'rate' AND base = answer
),
placed AS (
    SELECT fact.case_id, fact.origin, placement.agency_id, fact.name, fact.amount,
        greatest(fact.since, placement.since) AS since, least(fact.until, placement.until) AS until
    FROM fact JOIN placement ON placement.case_id = fact.case_id
        AND (placement.until IS NULL OR fact.since < placement.until)
        AND (fact.until IS NULL OR placement.since < fact.until)
),
decision AS (
    SELECT event.case_id, event.at, event.agency_id, judged.is_in_time, undone.at AS undone_at,
        {_workdays("judged.started_at", "event.at")} AS took
    FROM days, event LEFT JOIN undone ON {_UNDONE.format("event")}
    CROSS JOIN LATERAL (
        SELECT clock.started_at, event.at <= clock.first_due_at AS is_in_time FROM complaints_clock AS clock
        WHERE clock.case_id = event.case_id AND clock.kind = 'decide_competence' AND clock.task_id IS NULL
            AND clock.started_at <= event.at
        ORDER BY clock.started_at DESC, clock.id DESC LIMIT 1
    ) AS judged
    WHERE event.from_state = 'referred' AND event.action IN ('accept', 'decline', 'close', 'deliver')
),
answer AS (
    SELECT turn.case_id, turn.at, turn.agency_id, turn.facts ? 'challenged' AS is_challenged, judged.is_in_time,
        {_workdays("chosen.filed_at", "turn.at")} AS took,
        undone.at AS undone_at
    FROM days, turn JOIN chosen ON chosen.id = turn.case_id
    LEFT JOIN undone ON {_UNDONE.format("turn")}
    LEFT JOIN LATERAL (
        SELECT turn.at <= clock.first_due_at AS is_in_time FROM complaints_clock AS clock
        WHERE clock.case_id = turn.case_id AND clock.kind IN ('decide_competence', 'answer')
            AND clock.task_id IS NULL AND clock.started_at <= turn.at
            AND (clock.ended_at IS NULL OR clock.ended_at >= turn.at)
        ORDER BY clock.started_at DESC, clock.id DESC LIMIT 1
    ) AS judged ON true
    WHERE turn.action = 'close'
),
holding AS (
    SELECT held.case_id, held.started_at, held.ended_at, coalesce(held.agency_id, placement.agency_id) AS agency_id,
        CASE held.holder WHEN 'agency' THEN 'desk' WHEN 'cmu' THEN 'unit' WHEN 'outside_centre' THEN 'outside'
        ELSE held.holder END AS holder
    FROM complaints_holding AS held JOIN chosen ON chosen.id = held.case_id
    LEFT JOIN placement ON placement.case_id = held.case_id AND placement.since <= held.started_at
        AND (placement.until IS NULL OR held.started_at < placement.until)
),
-- By itself, so that no join remembers its rows by the arrays of the calendar.
handed AS MATERIALIZED (
    SELECT holding.case_id, turn.moment, holding.agency_id, holding.holder, turn.sign,
        round({_rest("turn.moment")}) AS rest
    FROM days, holding CROSS JOIN LATERAL (VALUES (started_at, 1), (ended_at, -1)) AS turn (moment, sign)
    WHERE turn.moment IS NOT NULL
),
change AS MATERIALIZED (
    SELECT case_id, since AS moment, coalesce(origin, since) AS origin, agency_id, name, amount::bigint AS amount,
        NULL::int AS decide_days, NULL::int AS answer_days
    FROM placed
    UNION ALL
    SELECT case_id, until, coalesce(origin, until), agency_id, name, -amount, NULL, NULL
    FROM placed WHERE until IS NOT NULL
    UNION ALL
    SELECT event.case_id, turn.moment, event.at, event.agency_id, CASE event.action WHEN 'extend' THEN 'extended'
        WHEN 'object' THEN 'objected' WHEN 'uphold' THEN 'upheld' WHEN 'classify' THEN 'reclassified'
        ELSE 'bounced' END, turn.sign, NULL, NULL
    FROM event LEFT JOIN undone ON {_UNDONE.format("event")}
    CROSS JOIN LATERAL (VALUES (event.at, 1), (undone.at, -1)) AS turn (moment, sign)
    WHERE turn.moment IS NOT NULL AND (action IN ('decline', 'return', 'extend', 'object', 'uphold')
        OR (action = 'classify' AND facts ->> 'topic_before' IS DISTINCT FROM facts ->> 'topic_after'))
    UNION ALL
    SELECT case_id, moment, at, agency_id, named.name, named.amount * sign, took, NULL
    FROM decision CROSS JOIN LATERAL (VALUES (at, 1), (undone_at, -1)) AS turn (moment, sign)
    CROSS JOIN LATERAL (VALUES ('decided', 1), ('decided_in_time', is_in_time::int)) AS named (name, amount)
    WHERE moment IS NOT NULL
    UNION ALL
    SELECT case_id, moment, at, agency_id, named.name, named.amount * sign, NULL, took
    FROM answer CROSS JOIN LATERAL (VALUES (at, 1), (undone_at, -1)) AS turn (moment, sign)
    CROSS JOIN LATERAL (
        VALUES ('answered', 1), ('answered_in_time', coalesce(is_in_time, false)::int),
            ('challenged', is_challenged::int)
    ) AS named (name, amount)
    WHERE moment IS NOT NULL
    UNION ALL
    SELECT chosen.id, message.settled_at, message.settled_at, placement.agency_id, 'failed', 1, NULL, NULL
    FROM chosen JOIN notifications_message AS message ON message.reference = chosen.reference
        AND message.reference <> '' AND message.state = 'undeliverable' AND message.settled_at IS NOT NULL
    JOIN placement ON placement.case_id = chosen.id AND placement.since <= message.settled_at
        AND (placement.until IS NULL OR message.settled_at < placement.until)
    UNION ALL
    SELECT chosen.id, item.judged_at, item.judged_at, sample.agency_id, found.name, found.amount, NULL, NULL
    FROM chosen JOIN complaints_answer AS given ON given.case_id = chosen.id
    JOIN reports_audititem AS item ON item.answer_id = given.id AND item.verdict <> ''
    JOIN reports_auditsample AS sample ON sample.id = item.sample_id
        AND NOT EXISTS (
            SELECT FROM reports_audititem AS waiting JOIN reports_auditsample AS other ON other.id = waiting.sample_id
            WHERE waiting.verdict = '' AND waiting.answer_id IS NOT NULL AND other.round_id = sample.round_id
        )
    CROSS JOIN LATERAL (VALUES ('audited', 1), ('hollow', (item.verdict = 'hollow')::int)) AS found (name, amount)
    UNION ALL
    SELECT case_id, moment, moment, agency_id, named.name, named.amount, NULL, NULL
    FROM handed CROSS JOIN LATERAL (
        VALUES ('held_' || holder, sign::bigint), ('rest_' || holder, (sign * rest)::bigint)
    ) AS named (name, amount)
)
"""  # noqa: S608 - names of ours

_SUMS: Final = ",\n        ".join(
    f"nullif(sum(amount) FILTER (WHERE place = {place}), 0)::bigint AS {name}" for place, name in enumerate(AMOUNTS)
)
# Numbers are compared several times as fast as names, and each row is compared with every one.
_PLACES: Final = ", ".join(f"('{name}', {place})" for place, name in enumerate(AMOUNTS))

#: The entries of the cases that ``which`` chooses; its parameters are those of a ``DayTable``.
ENTRIES: Final = f"""{_STATEMENT},
entry AS (
    SELECT case_id, moment, origin, agency_id, chosen.topic_id, chosen.kind, chosen.channel, chosen.governorate_id,
        decide_days, answer_days,
        {_SUMS}
    FROM change JOIN (VALUES {_PLACES}) AS known (name, place) ON known.name = change.name
    JOIN chosen ON chosen.id = case_id
    GROUP BY case_id, moment, origin, agency_id, chosen.topic_id, chosen.kind, chosen.channel, chosen.governorate_id,
        decide_days, answer_days
    HAVING bool_or(amount <> 0)
)
"""  # noqa: S608 - names of ours


def entries(which: str) -> str:
    """Return the beginning of a statement whose ``entry`` are the entries of the cases ``which`` chooses."""
    return ENTRIES.replace("{which}", which)
