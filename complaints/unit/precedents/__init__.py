"""Precedents: rulings that are offered for the next case."""
