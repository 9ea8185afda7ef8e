"""The pages about messages and their wordings, for operators and the unit."""
