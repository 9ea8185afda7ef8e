"""Macros: written, shared and run on cases."""
