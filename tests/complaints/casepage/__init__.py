"""Tests of what the desk does beside its decisions, and of what its case page gathers."""
