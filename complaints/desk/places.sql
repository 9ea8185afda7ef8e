-- Where a case stands in a list of the queue: what is before it, all of it, and its neighbours.
SELECT
    (SELECT count(*) FROM (SELECT FROM complaints_case WHERE {cases} AND ({before}) LIMIT 100) AS counted) AS before,
    (SELECT count(*) FROM (SELECT FROM complaints_case WHERE {cases} LIMIT 100) AS counted) AS total,
    EXISTS (SELECT FROM complaints_case WHERE {cases} AND complaints_case.id = %(mark_key)s) AS is_listed,
    (SELECT reference FROM complaints_case WHERE {previous}) AS previous,
    (SELECT reference FROM complaints_case WHERE {following}) AS following
