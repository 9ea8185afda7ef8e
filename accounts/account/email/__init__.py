"""Changing and confirming one's e-mail address."""
