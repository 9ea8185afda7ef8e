"""Tests of the agent's screen."""
