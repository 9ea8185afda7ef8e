"""Centres outside the system."""
