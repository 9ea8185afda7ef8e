-- The cases that wait for a decision of one person; {waiting} is to_decide.sql.
SELECT waiting.case_id, waiting.matter
FROM ({waiting}) AS waiting
WHERE waiting.decider = %(decider)s OR (
    %(is_unit)s AND waiting.decider IS NULL AND waiting.proposer IS DISTINCT FROM %(decider)s
    -- Whoever acted on the case before the objection does not rule on it. Not `=`: for each objection all that the
    -- person ever did would be read from the index of actors, since most people, the citizens, did little.
    AND NOT (waiting.matter = 'objection' AND EXISTS (
        SELECT FROM complaints_caseevent AS act
        WHERE act.case_id = waiting.case_id AND act.actor_id IS NOT DISTINCT FROM %(decider)s AND act.number < (
            SELECT max(objection.number) FROM complaints_caseevent AS objection
            WHERE objection.case_id = waiting.case_id AND objection.action = 'object'
        )
    ))
)
