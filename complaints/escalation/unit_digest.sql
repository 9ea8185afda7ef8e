-- How many cases at the desk of one of the unit wait for their decision, how many are in triage, and of how many a delay
-- was reported to a level of an agency between two moments, or found nobody there.
SELECT
    (SELECT count(*) FROM complaints_case WHERE {waiting}) AS to_decide,
    (SELECT count(*) FROM complaints_case WHERE {desk} AND state = 'triage') AS triage,
    (
        SELECT count(*) FROM complaints_case WHERE {desk} AND complaints_case.id IN (
            SELECT clock.case_id FROM complaints_clockstep AS step
            JOIN complaints_clock AS clock ON clock.id = step.clock_id
            WHERE step.taken_at >= %(since)s AND step.taken_at < %(until)s
                AND step.step IN ('supervisor', 'secretary_general', 'minister_office')
        )
    ) AS reported,
    (
        SELECT count(*) FROM complaints_case WHERE {desk} AND complaints_case.id IN (
            SELECT clock.case_id FROM complaints_clockstep AS step
            JOIN complaints_clock AS clock ON clock.id = step.clock_id
            WHERE step.taken_at >= %(since)s AND step.taken_at < %(until)s
                AND step.step IN ('no_supervisor', 'no_secretary_general', 'no_minister_office')
        )
    ) AS vacant
