-- The newest cases of a scope that have the words, found by the index of words and sorted.
-- The words are opaque to the planner, which adds up its estimates for each form, and would read all cases for sixty of
-- them; the sum keeps it from reading cases from the newest down until it has found enough.
SELECT complaints_case.id FROM complaints_case
WHERE {scope} AND complaints_case.search_vector @@ (SELECT to_tsquery('simple', %(query)s)) AND {within}
ORDER BY complaints_case.id + 0 DESC LIMIT %(number)s
