"""Time made binding: the limits, the reminders and the ladder, a calendar that changed, and desks nobody sits at."""
