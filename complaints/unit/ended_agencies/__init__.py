"""Agencies that ended while cases of theirs were open."""
