-- Which cases of a person's work each tab holds: a line for each, its name before it.
-- open
state <> 'closed'
-- competence
state = 'referred'
-- mine
state IN ('referred', 'in_progress', 'waiting') AND officer_id = ANY(%(officers)s::uuid[])
-- due
state IN ('triage', 'referred', 'in_progress', 'objected') AND deadline_at >= %(at)s AND deadline_at < %(soon)s
-- late
state IN ('triage', 'referred', 'in_progress', 'objected') AND deadline_at < %(at)s
-- asked
unit_asked_at IS NOT NULL
-- returned
state IN ('in_progress', 'referred') AND last_action IN ('uphold', 'reply', 'lapse', 'refer') AND (last_action <> 'refer' OR EXISTS (SELECT FROM complaints_refusal AS refusal WHERE refusal.case_id = complaints_case.id AND refusal.agency_id = complaints_case.agency_id))
-- progress
state = 'in_progress'
-- directorates
holder = 'directorate'
-- waiting
state = 'waiting'
-- tasks
id IN (SELECT case_id FROM complaints_referraltask WHERE state = 'open' AND (%(is_unit)s OR agency_id = ANY(%(agencies)s::bigint[])))
-- passed
id IN (SELECT case_id FROM complaints_caseevent WHERE actor_id = %(user)s AND action IN ('file', 'decline', 'return', 'refer')) AND (%(is_unit)s OR agency_id IS NULL OR agency_id <> ALL(%(agencies)s::bigint[]))
-- closed
state = 'closed'
