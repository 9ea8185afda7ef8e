"""Start pages of figures: what the unit has to decide, how an agency stands, what the Prime Minister reads."""
