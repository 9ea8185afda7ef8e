"""Simulated cases for demonstrations, benchmarks and tests: a year of plausible history, written quickly."""
