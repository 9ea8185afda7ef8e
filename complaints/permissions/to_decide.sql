-- What waits for a decision: the case, the matter, who decides, and who proposed it. Without a decider it is the unit's.
SELECT objected.id AS case_id, 'objection' AS matter, NULL::uuid AS decider, NULL::uuid AS proposer
FROM complaints_case AS objected WHERE objected.state = 'objected'
UNION ALL
SELECT bounced.id, 'owner', NULL, NULL
FROM complaints_case AS bounced WHERE bounced.state = 'triage' AND bounced.bounces >= %(bounces)s
UNION ALL
SELECT proposal.case_id, proposal.matter, supervisor.id, proposal.proposer
FROM (
    SELECT
        later.case_id,
        'date' AS matter,
        later.proposed_by_id AS proposer,
        -- With a limit it is looked up for each case: EXISTS would read every date that was ever granted.
        (
            SELECT granted.id FROM complaints_extension AS granted
            WHERE granted.case_id = later.case_id AND granted.state = 'granted' LIMIT 1
        ) IS NOT NULL AS is_for_unit
    FROM complaints_extension AS later WHERE later.state = 'proposed'
    UNION ALL
    SELECT answer.case_id, 'answer', answer.written_by_id, FALSE
    FROM complaints_answer AS answer WHERE answer.state = 'proposed'
) AS proposal
JOIN complaints_case AS proposed ON proposed.id = proposal.case_id
LEFT JOIN LATERAL (
    -- The other supervisors, present or by a deputy, as in second_person.other_supervisors; some of them twice.
    SELECT acting.id
    FROM accounts_membership AS held
    JOIN accounts_user AS holder ON holder.id = held.user_id
    LEFT JOIN accounts_absence AS away
        ON away.user_id = held.user_id AND %(today)s BETWEEN away.starts_on AND away.ends_on
    JOIN accounts_user AS acting ON acting.id = CASE WHEN away.id IS NULL THEN held.user_id ELSE away.deputy_id END
    WHERE held.agency_id = proposed.agency_id AND held.role = 'supervisor'
        AND held.starts_on <= %(today)s AND (held.ends_on IS NULL OR held.ends_on >= %(today)s)
        AND holder.is_active AND acting.is_active AND acting.is_staff
        AND acting.id <> proposal.proposer AND acting.person_id IS DISTINCT FROM proposed.citizen_id
        AND NOT EXISTS (
            SELECT FROM complaints_recusal AS recusal
            WHERE recusal.case_id = proposed.id AND recusal.ended_at IS NULL
                AND recusal.person_id IN (holder.id, acting.id)
        )
) AS supervisor ON NOT proposal.is_for_unit
