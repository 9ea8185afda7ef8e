"""What the clock does: reminders, escalation, digests, absences, recalculation, and the Celery tasks."""
