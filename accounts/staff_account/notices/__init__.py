"""Choosing the language of messages, and which of them come."""
