-- Which of these open cases somebody else changed lately, after this person last opened them.
SELECT complaints_case.id
FROM complaints_case
WHERE complaints_case.id = ANY(%(keys)s::bigint[])
    AND complaints_case.state <> 'closed'
    AND complaints_case.changed_at > %(since)s
    AND NOT EXISTS (
        SELECT FROM complaints_readmark AS mark
        WHERE mark.user_id = %(user)s AND mark.case_id = complaints_case.id AND mark.seen_at >= complaints_case.changed_at
    )
    AND NOT EXISTS (
        SELECT FROM complaints_caseevent AS event
        WHERE event.case_id = complaints_case.id AND event.number = complaints_case.version
            AND event.actor_id = %(user)s
    )
