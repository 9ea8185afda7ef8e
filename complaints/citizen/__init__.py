"""What the citizen sees: the draft, the case page with its promise, the timeline, the own cases."""
