"""A copy of one's own data, and requests to correct or delete it."""
