"""The texts about a case for all readers: labels, history, timeline, promise, delivery status, time held."""
