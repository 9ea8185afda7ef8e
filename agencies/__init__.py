"""Reference data: agencies, topics, places, routing rules and the working calendar. Knows no users."""
