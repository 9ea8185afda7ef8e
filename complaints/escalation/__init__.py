"""What happens by the clock: reminders, the ladder, digests, absences, recalculation, the tasks."""
