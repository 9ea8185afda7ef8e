"""People who call about a case."""
