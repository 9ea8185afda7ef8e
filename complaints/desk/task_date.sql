-- When the partner task of a case is due; {due} is the deadline by which the tab of tasks is sorted.
SELECT {due} AS due_at FROM complaints_case WHERE complaints_case.id = %(key)s
