"""Messages: the list, one message, the figures."""
