"""The forms of complaints: they clean what was typed, they write nothing."""
