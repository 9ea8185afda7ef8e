-- The keys of the last cases of a person that a reader may see, but for one; only the unit reads those that hide whose
-- they are.
SELECT complaints_case.id
FROM complaints_case
WHERE complaints_case.citizen_id = %(citizen)s AND complaints_case.id <> %(case)s
    AND (%(reads_hidden)s OR NOT complaints_case.hides_identity) AND {visible}
ORDER BY complaints_case.filed_at DESC, complaints_case.id DESC
LIMIT %(most)s
