"""The citizens' pages."""
