"""Partner tasks: ask another agency for its part of a case."""
