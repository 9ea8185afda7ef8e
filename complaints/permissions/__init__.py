"""Who may do what to which case, and why not."""
