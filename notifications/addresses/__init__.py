"""Telephone numbers and e-mail addresses: whether one can be written to at all, and what is known against it."""
