"""A PostgreSQL that is not there, for commands that look at models and ask it nothing."""
