"""Correcting the topic and the kind of a case."""
