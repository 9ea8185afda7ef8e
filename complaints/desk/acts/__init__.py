"""The pages on which something is done to a case."""
