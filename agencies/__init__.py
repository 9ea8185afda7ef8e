"""Bodies, topics, places and working time: what the other apps refer to. Knows no user."""
