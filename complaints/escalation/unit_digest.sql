-- How many cases at the desk of one of the unit wait for their decision, and how many are in triage.
SELECT
    (SELECT count(*) FROM complaints_case WHERE {waiting}) AS to_decide,
    (SELECT count(*) FROM complaints_case WHERE {desk} AND state = 'triage') AS triage
