"""Passing praise on."""
