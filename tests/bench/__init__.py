"""Benchmarks: a generator of cases and the figures measured over them; run by ``python3 run.py bench``."""
