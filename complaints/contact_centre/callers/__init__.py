"""Somebody calls about a case."""
