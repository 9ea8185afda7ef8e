"""Governorates."""
