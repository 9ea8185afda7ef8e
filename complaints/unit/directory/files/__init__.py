"""Export and import of the reference data as CSV files."""
