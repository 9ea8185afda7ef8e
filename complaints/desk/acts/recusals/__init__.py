"""Recuse somebody whom a case is about."""
