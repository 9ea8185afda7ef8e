"""The pages of people and their roles, for the unit and the operators."""
