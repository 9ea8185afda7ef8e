"""Tests of the help with routing: suggestions, similar cases, rules on trial, and the measurement."""
