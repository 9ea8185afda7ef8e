"""Changing the password."""
