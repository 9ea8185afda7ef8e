"""People: who they are, how they sign in, what they may do as staff, and who looked at whom."""
