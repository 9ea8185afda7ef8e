"""Choosing the language of messages."""
