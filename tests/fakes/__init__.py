"""Servers that stand in for outside services, in tests and in the demonstration."""
