-- The newest blocks that may have all words, at most %(walk)s: those that have them, and those not indexed yet. Of
-- blocks only the newest %(looked_at)s are looked at: their words are unpacked, which the planner takes for cheap.
WITH newest AS (
    SELECT least(coalesce(%(below)s::bigint, max(id)), max(id)) / %(cases)s AS number FROM complaints_case
)
SELECT number FROM (
    -- A list of words that the planner does not see: it would add up its estimates for each, and read all blocks.
    (
        SELECT block.number FROM (
            SELECT number, search_vector FROM complaints_searchblock
            WHERE number <= (SELECT number FROM newest) AND number > (SELECT number FROM newest) - %(looked_at)s
            ORDER BY number DESC LIMIT %(looked_at)s
        ) AS block
        WHERE block.search_vector @@ (SELECT to_tsquery('simple', %(query)s))
        ORDER BY block.number DESC LIMIT %(walk)s
    )
    UNION ALL (
        SELECT missing.number FROM generate_series(
            greatest((SELECT number FROM newest) - %(looked_at)s + 1, 0), (SELECT number FROM newest)
        ) AS missing (number)
        WHERE NOT EXISTS (SELECT FROM complaints_searchblock AS block WHERE block.number = missing.number)
        ORDER BY missing.number DESC LIMIT %(walk)s
    )
) AS found
ORDER BY number DESC LIMIT %(walk)s
