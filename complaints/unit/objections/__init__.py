"""Rulings on objections."""
