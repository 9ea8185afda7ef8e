"""Agencies: their names, their place in the tree, and their end."""
