"""Time limits of a case: how clocks run, pause, end and are extended."""
