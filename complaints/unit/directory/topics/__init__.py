"""Topics: limits, signatures and who may see them."""
