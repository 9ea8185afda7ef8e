"""What became of a message that left: reports and checks of its status, and what follows if it does not arrive."""
