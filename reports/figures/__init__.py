"""The figures of a period: what is counted, and how long it took."""
