"""The reference data that the head of the unit keeps: one folder for each table."""
