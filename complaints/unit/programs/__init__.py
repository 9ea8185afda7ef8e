"""Programs outside as the head of the unit keeps them: their addresses, their secrets, and how they stand."""
