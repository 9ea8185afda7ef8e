"""What sending runs by: the database's clock, the table of timings, and the signal that wakes the workers."""
