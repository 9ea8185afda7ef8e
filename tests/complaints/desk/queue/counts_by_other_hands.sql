-- How many cases each view holds for one person, from the history, the holdings and the memberships; nothing of it is
-- shared with tabs.sql, nor with the definition of who sees what.
WITH own AS (
    SELECT held.agency_id, held.role FROM accounts_membership AS held
    WHERE held.user_id = %(user)s AND held.starts_on <= %(today)s AND coalesce(held.ends_on, %(today)s) >= %(today)s
),
unit AS (SELECT count(*) > 0 AS is_unit FROM own WHERE role LIKE 'cmu%%'),
newest AS (
    SELECT DISTINCT ON (event.case_id) event.case_id, event.to_state, event.action
    FROM complaints_caseevent AS event ORDER BY event.case_id, event.number DESC
),
desk AS (
    SELECT whole.id, whole.agency_id, whole.deadline_at, whole.unit_asked_at, whole.bounces, whole.officer_id,
        newest.to_state, newest.action
    FROM complaints_case AS whole JOIN newest ON newest.case_id = whole.id, unit
    WHERE unit.is_unit OR whole.agency_id IN (SELECT agency_id FROM own WHERE role IN ('officer', 'supervisor'))
),
days AS (
    SELECT day::date, row_number() OVER (ORDER BY day) AS place
    FROM generate_series(%(today)s::date + 1, %(today)s::date + 30, interval '1 day') AS day
    WHERE extract(dow FROM day) NOT IN (5, 6) AND day::date NOT IN (
        SELECT "on" FROM agencies_holiday WHERE audience = 'all' AND status <> 'called_off'
    )
),
soon AS (SELECT (day + 1)::timestamp AT TIME ZONE 'Asia/Amman' AS ends FROM days WHERE place = 2),
proposals AS (
    SELECT later.case_id, later.proposed_by_id AS proposer, EXISTS (
        SELECT FROM complaints_extension AS granted
        WHERE granted.case_id = later.case_id AND granted.state = 'granted'
    ) AS is_second FROM complaints_extension AS later WHERE later.state = 'proposed'
    UNION ALL SELECT case_id, written_by_id, FALSE FROM complaints_answer WHERE state = 'proposed'
),
decisions AS (
    SELECT desk.id FROM desk, unit WHERE unit.is_unit AND (desk.to_state = 'objected' OR (
        desk.to_state = 'triage' AND desk.bounces > 1
    ))
    UNION ALL
    SELECT desk.id FROM desk JOIN proposals ON proposals.case_id = desk.id CROSS JOIN unit
    LEFT JOIN accounts_membership AS other ON other.agency_id = desk.agency_id AND other.role = 'supervisor'
        AND other.user_id <> proposals.proposer
    WHERE CASE WHEN unit.is_unit THEN other.id IS NULL OR proposals.is_second
        ELSE other.user_id = %(user)s AND NOT proposals.is_second END
)
SELECT
    (SELECT count(DISTINCT id) FROM decisions) AS decide,
    count(*) FILTER (WHERE to_state <> 'closed') AS open,
    count(*) FILTER (WHERE to_state = 'referred') AS competence,
    count(*) FILTER (WHERE to_state NOT IN ('triage', 'objected', 'closed') AND (
        officer_id = %(user)s OR officer_id IN (
            SELECT user_id FROM accounts_absence
            WHERE deputy_id = %(user)s AND %(today)s BETWEEN starts_on AND ends_on
        )
    )) AS mine,
    count(*) FILTER (WHERE to_state NOT IN ('waiting', 'closed') AND deadline_at >= %(at)s
        AND deadline_at < (SELECT ends FROM soon)) AS due,
    count(*) FILTER (WHERE to_state NOT IN ('waiting', 'closed') AND deadline_at < %(at)s) AS late,
    count(unit_asked_at) AS asked,
    count(*) FILTER (WHERE to_state IN ('referred', 'in_progress') AND (action IN ('uphold', 'reply', 'lapse') OR (
        action = 'refer' AND (desk.id, desk.agency_id) IN (SELECT case_id, agency_id FROM complaints_refusal)
    ))) AS returned,
    count(*) FILTER (WHERE to_state = 'in_progress') AS progress,
    count(*) FILTER (WHERE EXISTS (
        SELECT FROM complaints_holding AS held
        WHERE held.case_id = desk.id AND held.holder = 'directorate' AND held.ended_at IS NULL
    )) AS directorates,
    count(*) FILTER (WHERE to_state = 'waiting') AS waiting,
    (
        SELECT count(DISTINCT task.case_id) FROM complaints_referraltask AS task, unit
        WHERE task.state = 'open' AND (unit.is_unit OR task.agency_id IN (SELECT agency_id FROM own))
    ) AS tasks
FROM desk
