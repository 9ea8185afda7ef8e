"""Reads what people write in everyday words: topics, agencies, places, and danger to life or limb."""
