"""Tests of the day of the contact centre."""
