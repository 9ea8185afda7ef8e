-- The newest blocks that may have all words, at most %(walk)s: those that have them, and those not indexed yet.
WITH newest AS (
    SELECT least(coalesce(%(below)s::bigint, max(id)), max(id)) / %(cases)s AS number FROM complaints_case
)
SELECT number FROM (
    -- A list of words that the planner does not see: it would add up its estimates for each, and read all blocks.
    (
        SELECT block.number FROM complaints_searchblock AS block
        WHERE block.search_vector @@ (SELECT to_tsquery('simple', %(query)s))
            AND block.number <= (SELECT number FROM newest)
        ORDER BY block.number DESC LIMIT %(walk)s
    )
    UNION ALL (
        SELECT missing.number FROM generate_series(0, (SELECT number FROM newest)) AS missing (number)
        WHERE NOT EXISTS (SELECT FROM complaints_searchblock AS block WHERE block.number = missing.number)
        ORDER BY missing.number DESC LIMIT %(walk)s
    )
) AS found
ORDER BY number DESC LIMIT %(walk)s
