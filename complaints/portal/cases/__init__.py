"""The pages of a citizen's own cases, and tracking."""
