-- The cases that wait for a decision of one person, each once; {of_person} is to_decide_of.sql. They come one by one, so
-- that a count with a limit asks no further: no case is in triage or objected to while something is proposed on it.
SELECT found.case_id FROM ({of_person}) AS found WHERE found.matter IN ('objection', 'owner')
UNION ALL
SELECT DISTINCT found.case_id FROM ({of_person}) AS found WHERE found.matter IN ('date', 'answer')
