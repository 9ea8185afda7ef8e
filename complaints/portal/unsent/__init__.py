"""What a citizen left unsent."""
