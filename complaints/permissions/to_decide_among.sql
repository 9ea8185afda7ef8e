-- What one person has to decide on some cases; {of_person} is to_decide_of.sql.
SELECT found.case_id, min(found.matter) AS matter
FROM ({of_person}) AS found
WHERE found.case_id = ANY(%(keys)s::bigint[])
GROUP BY found.case_id
