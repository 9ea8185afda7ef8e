"""Choosing the language and the channel of messages."""
