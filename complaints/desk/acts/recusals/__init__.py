"""Set somebody aside whom a case is about."""
