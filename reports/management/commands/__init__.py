"""The management commands of reports."""
