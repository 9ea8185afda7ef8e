"""Officers, absences, reassignment."""
