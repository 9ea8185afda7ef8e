"""Labels and reminders."""
