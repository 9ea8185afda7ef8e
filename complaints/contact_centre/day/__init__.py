"""The day of the contact centre: its calls, the cases that came of them, and how long they took."""
