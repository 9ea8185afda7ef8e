"""Rules for passwords, choosing a new one, confirming one's own."""
