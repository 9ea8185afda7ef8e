"""Calls to people whom no message reached."""
