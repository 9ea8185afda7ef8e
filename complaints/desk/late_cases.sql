-- What was last done on each of some cases, by somebody or by the clock, apart from reports of the delay, and the newest
-- explanation that was asked for at its agency.
SELECT
    complaints_case.id AS case_id,
    last.action,
    last.at,
    asked.asked_at,
    asked.answered_at
FROM complaints_case
JOIN LATERAL (
    SELECT event.action, event.at FROM complaints_caseevent AS event
    WHERE event.case_id = complaints_case.id AND event.action NOT IN ('escalate', 'recalculate')
    ORDER BY event.number DESC LIMIT 1
) AS last ON TRUE
LEFT JOIN LATERAL (
    SELECT explanation.asked_at, explanation.answered_at FROM complaints_explanation AS explanation
    WHERE explanation.case_id = complaints_case.id AND explanation.agency_id = complaints_case.agency_id
    ORDER BY explanation.asked_at DESC, explanation.id DESC LIMIT 1
) AS asked ON TRUE
WHERE {chosen}
