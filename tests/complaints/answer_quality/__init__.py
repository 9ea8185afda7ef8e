"""Tests of the judgement of answers."""
