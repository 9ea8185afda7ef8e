"""The admin for operators, and their alarms."""
