"""Cases found by words, in all the forms they take, and by number."""
