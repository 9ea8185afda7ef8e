"""Districts, towns and areas."""
