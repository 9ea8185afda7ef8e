"""The audit of closings: blind random samples of answers, scored by the unit, and what came of it."""
