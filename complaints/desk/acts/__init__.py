"""The pages of the actions of an agency on a case."""
