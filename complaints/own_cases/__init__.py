"""What all doors share of a citizen's own case: finding it, its lists, its forms, and doing what they say."""
