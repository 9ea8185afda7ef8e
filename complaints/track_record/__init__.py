"""What became of earlier cases, where it helps: before sending, at accepting, and every morning."""
