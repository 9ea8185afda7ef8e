"""The database of the pages: a connection that waits no longer than a visitor would."""
