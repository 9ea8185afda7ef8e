-- The delays that were reported to some levels of some agencies: those that last, and those reported within a day.
SELECT
    clock.id AS clock_id,
    complaints_case.id AS case_id,
    complaints_case.reference,
    complaints_case.agency_id,
    coalesce(task.agency_id, event.agency_id) AS told_agency_id,
    replace(step.step, 'no_', '') AS level,
    step.taken_at AS told_at,
    clock.due_at,
    clock.ended_at IS NULL AND clock.paused_at IS NULL AND clock.due_at < %(at)s AS is_late,
    task.id IS NOT NULL AS is_task,
    ARRAY(SELECT other.step FROM complaints_clockstep AS other WHERE other.clock_id = clock.id) AS taken,
    complaints_case.citizen_id,
    ARRAY(
        SELECT recusal.person_id FROM complaints_recusal AS recusal
        WHERE recusal.case_id = complaints_case.id AND recusal.ended_at IS NULL
    ) AS recused
FROM complaints_clockstep AS step
JOIN complaints_clock AS clock ON clock.id = step.clock_id
JOIN complaints_caseevent AS event ON event.id = step.event_id
JOIN complaints_case ON complaints_case.id = clock.case_id
LEFT JOIN complaints_referraltask AS task ON task.id = clock.task_id
WHERE step.step = ANY(%(steps)s::text[])
    AND step.taken_at < %(until)s
    AND coalesce(task.agency_id, event.agency_id) = ANY(%(agencies)s::bigint[])
    AND clock.id IN (
        SELECT late.id FROM complaints_clock AS late
        WHERE late.ended_at IS NULL AND late.paused_at IS NULL
            AND late.kind IN ('decide_competence', 'answer', 'answer_task') AND late.due_at < %(at)s
        UNION ALL
        SELECT told.clock_id FROM complaints_clockstep AS told
        WHERE told.taken_at >= %(since)s AND told.taken_at < %(until)s
            AND told.step IN (
                'supervisor', 'no_supervisor', 'secretary_general', 'no_secretary_general', 'minister_office',
                'no_minister_office'
            )
    )
    AND {seen}
ORDER BY clock.due_at, clock.id, step.taken_at, step.id
