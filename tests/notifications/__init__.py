"""Tests of what is owed, rendered and handed over."""
