"""Calls to people whom no message reached, or who did not answer one."""
