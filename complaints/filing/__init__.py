"""Filing, for every door: the draft, its forms, what its words tell, and whose it is."""
