"""How a case reads, for all audiences: labels, history, timeline, promise, delivery status, time held."""
