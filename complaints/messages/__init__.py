"""Messages on the pages: the list and its figures, one message, its words, the calls of the contact centre."""
