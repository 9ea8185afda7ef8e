"""Notes, logged calls, assignment, outside centres."""
