"""Suggestions: which agency may own a case, which cases are similar, and what a routing rule would change."""
