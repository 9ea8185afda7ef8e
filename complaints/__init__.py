"""Cases: their life, clocks, holders and history, and the pages of citizens and staff."""
