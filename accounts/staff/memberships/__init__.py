"""Giving and ending roles, closing and reopening accounts: who may, and the one way to do it."""
