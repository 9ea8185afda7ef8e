"""Periodic reports: drafted from the figures in two languages, commented, reviewed, approved, frozen, released."""
