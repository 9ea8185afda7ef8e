"""The page of all changes of staff, for the auditor and the head of the unit."""
