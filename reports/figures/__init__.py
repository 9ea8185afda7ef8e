"""Figures over cases: the measures, counting them from the history, and reading them."""
