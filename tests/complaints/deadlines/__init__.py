"""Tests of time: limits, reminders, the ladder, a changed calendar and empty desks."""
