-- The newest cases of a scope that have the words, within a span of keys: read from the newest down until there are
-- enough. The words come last: only those of cases of the scope are unpacked.
SELECT complaints_case.id FROM complaints_case
WHERE {within} AND {scope} AND complaints_case.search_vector @@ to_tsquery('simple', %(query)s)
ORDER BY complaints_case.id DESC LIMIT %(number)s
