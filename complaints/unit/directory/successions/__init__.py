"""Agencies that are merged or split."""
