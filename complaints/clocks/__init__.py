"""Time limits of a case: its clocks, their pauses, and extensions."""
