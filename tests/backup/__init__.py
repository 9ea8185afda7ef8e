"""Backup and restore: the drill on a fresh cluster, what is refused, and recovery to a point in time."""
