"""The working hours of the year and of Ramadan."""
