"""Rulings kept for the next case."""
