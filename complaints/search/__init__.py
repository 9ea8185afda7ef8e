"""The search for cases: by words in all their forms, by number, and by person."""
