"""Management commands of agencies."""
