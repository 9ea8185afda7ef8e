"""Whose a case may be, which cases are similar, and what a routing rule would change."""
