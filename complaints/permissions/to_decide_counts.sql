-- How many cases wait for each supervisor; {waiting} is to_decide.sql.
SELECT waiting.decider, count(DISTINCT waiting.case_id) AS number
FROM ({waiting}) AS waiting
WHERE waiting.decider IS NOT NULL
GROUP BY waiting.decider
