-- The macros that a person may run, their own first, each with the acts of its steps in order.
SELECT macro.id, macro.name, ARRAY(
    SELECT step.act FROM complaints_macrostep AS step WHERE step.macro_id = macro.id ORDER BY step.number
) AS acts
FROM complaints_macro AS macro
WHERE macro.owner_id = %(user)s OR macro.agency_id = ANY(%(agencies)s::bigint[])
ORDER BY macro.owner_id IS NULL, macro.name, macro.id
LIMIT %(most)s
