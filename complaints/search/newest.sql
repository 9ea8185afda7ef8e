-- The newest cases of a scope that have the words, within a span of keys.
SELECT complaints_case.id FROM complaints_case
WHERE {scope} AND {words} AND {within}
ORDER BY {order} DESC LIMIT %(number)s
