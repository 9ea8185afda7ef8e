"""The urgent mark of a case."""
