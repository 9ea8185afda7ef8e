"""The pages of the doors and of one's own account."""
