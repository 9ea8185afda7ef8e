"""Phenomena: found in the texts, topics and places of cases, or recorded by hand, and what becomes of them."""
