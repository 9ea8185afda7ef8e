"""Accept, decline, return, ask the citizen, a later date, take the closing back."""
